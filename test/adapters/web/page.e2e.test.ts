import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { browserFault, openBrowser } from "../../support/browser.ts";
import { openVisitor, openWebChat } from "./chat.ts";

const fault = await browserFault();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe.skipIf(fault !== undefined)("the page of the live chat", () => {
  let browser: Browser;
  let chat: Awaited<ReturnType<typeof openWebChat>>;
  let context: BrowserContext;
  let page: Page;
  let faults: string[] = [];
  let hosts = new Set<string>();

  beforeAll(async () => {
    browser = await openBrowser();
    chat = await openWebChat();
  });
  afterAll(async () => {
    await browser?.close();
    await chat?.close();
  });
  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
    expect([...hosts].filter((host) => host && host !== new URL(chat.url).host)).toEqual([]);
  });

  /** A new visitor's page; a fault in it or a request to another host fails the test. */
  async function open(options: Parameters<Browser["newContext"]>[0] = {}) {
    context = await browser.newContext({
      locale: "en-GB",
      viewport: { width: 390, height: 844 },
      ...options,
    });
    page = await context.newPage();
    faults = [];
    hosts = new Set();
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (line) => {
      if (line.text().includes("Content Security Policy")) faults.push(line.text());
    });
    page.on("request", (request) => hosts.add(new URL(request.url()).host));
    await page.goto(chat.url);
    await page.locator(".choice").first().waitFor();
  }
  const field = () => page.locator("#text");
  const topic = () => page.locator('[data-choice="topic:drop"]');
  const own = () => page.locator(".customer .bubble").allTextContents();
  const say = async (text: string) => {
    await field().fill(text);
    await field().press("Enter");
  };
  /** The bot has answered. */
  const settled = async () => {
    await expect.poll(() => page.locator(".state.sent").count()).toBe(1);
    await page.locator("#typing").waitFor({ state: "hidden" });
  };

  test("shows a press once, however often it is clicked, and takes the choices away", async () => {
    await open();
    await topic().dblclick();
    await settled();
    expect(await own()).toHaveLength(1);
    expect(await topic().count()).toBe(0);
    expect(await page.locator(".choices").count()).toBe(1);
  });

  test("keeps what is said while nothing answers, and says it once when something does", async () => {
    await open();
    await chat.outage(async () => {
      await say("said into the void");
      await page.locator(".state.waiting").waitFor();
      await page.locator(".banner:not(:empty)").waitFor();
      await say("and more");
    });
    await expect
      .poll(() => page.locator(".banner:not(:empty)").count(), { timeout: 20_000 })
      .toBe(0);
    await settled();
    expect(await own()).toEqual(["said into the void", "and more"]);
    await page.reload();
    await page.locator(".customer").first().waitFor();
    expect(await own()).toEqual(["said into the void", "and more"]);
  });

  test("still has what was not sent after the page was closed", async () => {
    await open();
    await chat.outage(async () => {
      await say("closed too early");
      await page.locator(".state.waiting").waitFor();
      await page.close();
    });
    page = await context.newPage();
    await page.goto(chat.url);
    await settled();
    expect(await own()).toEqual(["closed too early"]);
  });

  test("gives back what was meant for a conversation that this browser no longer has", async () => {
    await open();
    await context.clearCookies();
    await say("to whom?");
    await expect.poll(() => field().inputValue()).toBe("to whom?");
    expect(await own()).toEqual([]);
    await page.locator(".choice").first().waitFor();
  });

  test("keeps what is half typed and where the reader was", async () => {
    // So low that the reader is far from the end, which the page would stay with.
    await open({ viewport: { width: 390, height: 420 } });
    await topic().click();
    await settled();
    // What comes after the reload would be scrolled to, as it is new.
    await page.locator('[data-choice="orderNumber:unknown"]').waitFor();
    await field().fill("half a sent");
    await page.evaluate("scrollTo(0, 20)");
    await expect.poll(() => page.evaluate("scrollY")).toBe(20);
    await page.reload();
    await page.locator(".customer").first().waitFor();
    expect(await field().inputValue()).toBe("half a sent");
    await expect.poll(() => page.evaluate("scrollY")).toBe(20);
  });

  test("changes its language and the bot's, and leaves the typed text alone", async () => {
    await open();
    await field().fill("keep me");
    await page.locator("#language").selectOption("sv");
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("sv");
    await expect.poll(() => page.locator(".bot").last().getAttribute("lang")).toBe("sv");
    expect(await field().inputValue()).toBe("keep me");
    expect(await page.locator("#send").getAttribute("aria-label")).toBe("Skicka");
  });

  test("shows in one tab what is said in another", async () => {
    await open();
    const other = await context.newPage();
    await other.goto(chat.url);
    await other.locator(".choice").first().waitFor();
    await say("from the first tab");
    await other.getByText("from the first tab").waitFor();
    expect(await other.locator(".customer").count()).toBe(1);
  });

  test("can be used with the keyboard alone", async () => {
    await open({ viewport: { width: 1280, height: 800 } });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("text");
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    await settled();
    expect(await own()).toEqual(["one\ntwo"]);
    expect(await page.evaluate("document.activeElement.id")).toBe("text");
    await topic().last().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement.className")).toMatch("customer");
  });

  test("uploads pictures, says which it can't take, and sends the others", async () => {
    await open();
    const buffer = await sharp({
      create: { width: 80, height: 60, channels: 3, background: "#369" },
    })
      .png()
      .toBuffer();
    await page.locator("#file").setInputFiles([
      { name: "good.png", mimeType: "image/png", buffer },
      { name: "bad.png", mimeType: "image/png", buffer: Buffer.from("<svg/>") },
      { name: "large.png", mimeType: "image/png", buffer: Buffer.alloc(300_000) },
    ]);
    await expect.poll(() => page.locator(".tray .failed").count()).toBe(2);
    // What is not uploaded yet would be gone with the page.
    await page.locator('.tray [role="status"]').waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Remove bad.png" }).click();
    await page.reload();
    await expect.poll(() => page.locator(".tray li").count()).toBe(1);
    await page.locator("#send").click();
    await page.locator(".customer .files img").waitFor();
    await expect
      .poll(() => page.evaluate("document.querySelector('.customer .files img').naturalWidth"))
      .toBe(80);
    expect(await page.locator(".tray li").count()).toBe(0);
  });

  test("shows what a customer types as nothing but text", async () => {
    await open();
    const text = '<img src=x onerror="document.title=1"> https://evil.example [a](javascript:1)';
    await say(text);
    await settled();
    expect(await own()).toEqual([text]);
    expect(await page.locator(".customer img, .customer a").count()).toBe(0);
  });

  test("asks before a private link takes the place of the conversation in this browser", async () => {
    const other = openVisitor(chat.url);
    await other.start();
    await other.say("from the other device");
    const link = await chat.wayBack(other.conversationId());
    await open({ locale: "fr-FR", viewport: { width: 320, height: 640 } });
    await say("mine");
    await settled();
    await page.goto(link);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    const heights = await page
      .locator(".choice")
      .evaluateAll((found) => found.map((one) => one.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
    await page.getByRole("link", { name: "Garder la mienne" }).click();
    await expect.poll(own).toEqual(["mine"]);
    await page.goto(link);
    await page.getByRole("button", { name: "Reprendre ici celle du lien" }).click();
    await expect.poll(own).toEqual(["from the other device"]);
  });

  test("says once that it goes too fast, and loses nothing", async () => {
    await open();
    // The clock stands, so that a slow machine can't grant what was used up.
    chat.clock.at = Date.now();
    for (let i = 0; i < 23; i++) await say(`${i}`);
    await page.locator(".banner:not(:empty)").waitFor();
    chat.clock.at = undefined;
    await expect.poll(async () => (await own()).length, { timeout: 30_000 }).toBe(23);
    await expect
      .poll(() => page.locator(".banner:not(:empty)").count(), { timeout: 30_000 })
      .toBe(0);
    await page.reload();
    await expect.poll(own).toEqual(Array.from({ length: 23 }, (_each, i) => `${i}`));
  });

  test("leaves a reader who has scrolled up where they are, and shows that there is more", async () => {
    await open();
    await say("one");
    await settled();
    await page.evaluate("scrollTo(0, 0)");
    const cookie = (await context.cookies())
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
    await openVisitor(chat.url, cookie).say("from elsewhere");
    await page.locator("#newer").waitFor();
    expect(await page.evaluate("scrollY")).toBe(0);
    await page.locator("#newer").click();
    expect(await page.locator("#newer").isVisible()).toBe(false);
    await page.getByText("from elsewhere").waitFor();
  });

  test.each(["light", "dark"] as const)(
    "has no fault that axe finds, in %s",
    async (colorScheme) => {
      await open({ colorScheme, reducedMotion: "reduce" });
      await topic().click();
      await settled();
      await page.setViewportSize({ width: 320, height: 640 });
      const found = await (
        await context.newCDPSession(page)
      ).send("Runtime.evaluate", {
        expression: `${await (await import("node:fs/promises")).readFile(axe, "utf8")}; axe.run().then(({ violations }) => violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | ")))`,
        awaitPromise: true,
        returnByValue: true,
      });
      expect(found.result.value).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    },
  );
});
