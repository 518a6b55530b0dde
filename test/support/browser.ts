import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** A real Chromium: the one in PATH, or the one that the npm package ships. */
export async function openBrowser(): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  return chromium.launch({ executablePath: inPath() ?? (await shipped()), args });
}

function inPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function shipped(): Promise<string> {
  const { default: package_ } = await import("@sparticuz/chromium");
  return package_.executablePath();
}

/**
 * Why there is no browser here, or undefined if there is one. A test without
 * it says so and does not run; in CI it fails.
 */
export async function browserFault(): Promise<string | undefined> {
  try {
    const browser = await openBrowser();
    await browser.close();
    return undefined;
  } catch (error) {
    const why = `no browser can be started (${(error as Error).message.split("\n")[0]}): install Debian's package chromium`;
    if (process.env["CI"] === "true") throw new Error(why, { cause: error });
    console.warn(`tests in the browser don't run: ${why}`);
    return why;
  }
}
