import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBot, type Bot } from "../support/bot.ts";
import { browserFault, openBrowser } from "../support/browser.ts";
import { stories, type Deed } from "../support/stories.ts";

const fault = await browserFault();
const screenshot = fileURLToPath(new URL("../fixtures/files/screenshot.png", import.meta.url));
/** Where screenshots are kept for a look; nowhere unless asked for. */
const shots = process.env["SHOTS"];

describe.skipIf(fault !== undefined)("the live chat in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "ombud-chat-"));
  let bot: Bot;
  let browser: Browser;

  beforeAll(async () => {
    [bot, browser] = await Promise.all([startBot(folder), openBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await bot.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  /** A customer of this language, on a phone. Whatever the page asks of another host, or throws, is a fault. */
  async function openChat(
    language: "fr" | "sv" | "en",
    viewport = { width: 390, height: 844 },
  ): Promise<{ page: Page; faults: string[] }> {
    const context = await browser.newContext({ locale: language, viewport, deviceScaleFactor: 2 });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("request", (request) => {
      if (!request.url().startsWith(bot.url) && !request.url().startsWith("blob:"))
        faults.push(`asked ${request.url()}`);
    });
    await page.goto(`${bot.url}/`);
    await page.locator("[data-choice='topic:drop']").waitFor();
    return { page, faults };
  }

  /** Does it, and waits for the answer of the bot. */
  async function act(page: Page, deed: Deed, language: "fr" | "sv" | "en"): Promise<void> {
    const answered = page.locator("article.bot");
    const before = await answered.count();
    if ("press" in deed) await page.locator(`[data-choice='${deed.press}']`).last().click();
    else if ("picture" in deed) {
      await page.locator("#file").setInputFiles(screenshot);
      await page.locator("#tray li.ready, #tray li").first().waitFor();
      await page.locator("#send").click();
    } else {
      await page
        .locator("#text")
        .fill(typeof deed.write === "string" ? deed.write : deed.write[language]);
      await page.locator("#text").press("Enter");
    }
    await answered.nth(before).waitFor();
  }

  const ends = ["fr", "sv"] as const;
  it.concurrent.each(
    ends.flatMap((language) => stories.map((story) => [story.name, language, story] as const)),
  )("brings %s to its end in %s", async (name, language, { deeds }) => {
    const { page, faults } = await openChat(language);
    for (const deed of deeds) await act(page, deed, language);
    const card = page.locator(".assessment");
    expect(await card.count()).toBeGreaterThan(0);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    if (shots)
      await page.screenshot({ path: join(shots, `${name}-${language}.png`), fullPage: true });
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
