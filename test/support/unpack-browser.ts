import { openBrowser } from "./browser.ts";

/**
 * Before the first test in a browser: the npm package unpacks its Chromium at
 * the first call, and of several files that do so at once one starts what
 * another is still writing. A machine without a browser is for the tests to tell.
 */
export default async function unpackBrowser(): Promise<void> {
  const browser = await openBrowser().catch(() => undefined);
  await browser?.close();
}
