import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBot, type Bot } from "../support/bot.ts";
import { browserFault, openBrowser } from "../support/browser.ts";

const fault = await browserFault();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshot = fileURLToPath(new URL("../fixtures/files/screenshot.png", import.meta.url));
/** Where screenshots are kept for a look; nowhere unless asked for. */
const shots = process.env["SHOTS"];

const words = {
  fr: {
    ago: "il y a 5 jours",
    price: "29,90 €",
    service: "Abonnés Instagram",
    what: "Ils sont partis lundi",
    hello: "Bonjour, je regarde votre commande. <b>",
    thanks: "Merci beaucoup",
    asked: "capture d’écran",
    found: "J’ai bien retrouvé votre commande 48213.",
    wait: "Laissez-moi quelques minutes",
    question: "Avez-vous changé de nom récemment ?",
    joined: "Viplikes, de l’équipe",
    no: "Je ne suis pas d’accord, voici pourquoi",
  },
  sv: {
    ago: "för 5 dagar sedan",
    price: "299 kr",
    service: "Instagramföljare",
    what: "De försvann i måndags",
    hello: "Hej, jag tittar på din order. <b>",
    thanks: "Tack så mycket",
    asked: "skärmdump",
    found: "Jag har hittat din beställning 48213.",
    wait: "Ge mig några minuter",
    question: "Bytte du namn nyligen?",
    joined: "Viplikes från teamet",
    no: "Det stämmer inte, jag har bilder",
  },
} as const;

describe.skipIf(fault !== undefined)("an agent at the desk", () => {
  const folder = mkdtempSync(join(tmpdir(), "ombud-desk-"));
  let bot: Bot;
  let browser: Browser;
  let desk: BrowserContext;
  const faults: string[] = [];

  beforeAll(async () => {
    [bot, browser] = await Promise.all([startBot(folder), openBrowser()]);
    desk = await browser.newContext({ locale: "en", viewport: { width: 1440, height: 900 } });
    await (await watched(desk)).goto(bot.consoleLink);
  });
  afterAll(async () => {
    await browser?.close();
    await bot?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  async function watched(context: BrowserContext): Promise<Page> {
    const page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (line) => {
      if (line.text().includes("Content Security Policy")) faults.push(line.text());
    });
    return page;
  }

  /** A page in a tab behind another. The browser without a head refuses every notification, so this one keeps what it is to show. */
  async function unseen(context: BrowserContext): Promise<Page> {
    const page = await watched(context);
    await page.addInitScript(`
      Object.defineProperty(document, "hidden", { get: () => true });
      window.shown = [];
      window.Notification = class extends EventTarget {
        static permission = "granted";
        constructor(title) { super(); window.shown.push(title); window.latest = this; }
        close() {}
      };`);
    return page;
  }
  const notified = (page: Page): Promise<string[]> => page.evaluate("window.shown");

  async function openCase(language: "fr" | "sv") {
    const context = await browser.newContext({
      locale: language,
      viewport: { width: 390, height: 844 },
    });
    const page = await watched(context);
    await page.goto(`${bot.url}/`);
    const own = words[language];
    const answers = page.locator("article.bot");
    const done = async (deed: () => Promise<void>) => {
      const before = await answers.count();
      await deed();
      await answers.nth(before).waitFor();
    };
    const press = (id: string) => done(() => page.locator(`[data-choice='${id}']`).last().click());
    const type = (text: string) =>
      done(async () => {
        await page.locator("#text").fill(text);
        await page.locator("#text").press("Enter");
      });
    await page.locator("[data-choice='topic:drop']").waitFor();
    await press("topic:drop");
    await type("48213");
    await press("progress:completed");
    for (const figure of ["1000", "1000", "500", "1100"]) await type(figure);
    await type(own.ago);
    await press("dropWish:refund");
    await type(own.price);
    for (const text of [own.service, "instagram.com/anna.lind", own.what]) await type(text);
    await press("pictures:none");
    await press("confirm");
    const number = /RF-[A-Z0-9]{5}/u.exec(await page.locator("#log").innerText())?.[0] ?? "";
    return { page, number, press, type };
  }

  const axeFaults = (page: Page) =>
    page
      .context()
      .newCDPSession(page)
      .then((session) =>
        session
          .send("Runtime.evaluate", {
            expression: `${axe}; axe.run().then(({ violations }) => violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | ")))`,
            awaitPromise: true,
            returnByValue: true,
          })
          .then(({ result }) => result.value as string[]),
      );
  /** The case as the same agent sees it on a phone in the dark whose browser runs no script. */
  async function openPhone(number: string): Promise<Page> {
    const context = await browser.newContext({
      locale: "en",
      viewport: { width: 390, height: 844 },
      colorScheme: "dark",
      javaScriptEnabled: false,
      storageState: await desk.storageState(),
    });
    const page = await context.newPage();
    await page.goto(`${bot.url}/console/cases/${number}?lang=en`);
    return page;
  }
  async function shoot(page: Page, name: string): Promise<void> {
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
  }

  it.each(["fr", "sv"] as const)(
    "answers, asks, corrects and decides while the customer reads along, in %s",
    async (language) => {
      const own = words[language];
      const queue = await unseen(desk);
      await queue.goto(`${bot.url}/console`);
      const customer = await openCase(language);
      // The queue shows the new case by itself, and the tab's title counts it.
      await queue.locator(".cases .number", { hasText: customer.number }).waitFor();
      await expect.poll(() => queue.title()).toMatch(/^● \(\d+\) /u);
      expect(await notified(queue)).toEqual([`A new case is waiting: ${customer.number}`]);
      await queue.locator("#news a", { hasText: customer.number }).waitFor();
      await shoot(queue, `queue-${language}`);
      expect(await axeFaults(queue)).toEqual([]);

      const agent = await watched(desk);
      await agent.goto(`${bot.url}/console/cases/${customer.number}?lang=en`);
      await agent.locator("#note").fill("half a note");
      await agent.locator("h1").click();
      await agent.keyboard.press("t");
      await agent.locator("#answer").waitFor();
      await customer.page.getByText(own.joined).waitFor();
      expect(await agent.locator("#note").inputValue()).toBe("half a note");

      await agent.keyboard.press("r");
      await agent.keyboard.type(own.hello);
      await agent.locator(".answer button").click();
      await customer.page.getByText(own.hello).waitFor();
      await agent.locator(".turn.agent", { hasText: own.hello }).waitFor();
      expect(await agent.locator("#answer").inputValue()).toBe("");
      expect(await agent.locator("#note").inputValue()).toBe("half a note");

      // What the customer writes appears by itself, and what is half typed stays.
      await agent.locator("#answer").fill("half an answer");
      await customer.page.locator("#text").fill(own.thanks);
      await customer.page.locator("#text").press("Enter");
      await agent.locator(".turn.customer", { hasText: own.thanks }).waitFor();
      expect(await agent.locator("#answer").inputValue()).toBe("half an answer");
      await expect
        .poll(() => notified(queue))
        .toContain(`A customer has answered: ${customer.number}`);
      await agent.locator("#answer").fill("");

      // An agent who reads no Swedish finds the sentence in English and sends the customer's.
      await agent.locator("#answer").focus();
      await agent.keyboard.press("Control+k");
      await agent.locator("#phrase-search").waitFor();
      await agent.keyboard.type("order found");
      await agent.locator(".phrase .theirs", { hasText: own.found }).first().waitFor();
      await expect.poll(() => agent.locator(".phrase").count()).toBeLessThan(4);
      await shoot(agent, `phrases-${language}`);
      expect(await axeFaults(agent)).toEqual([]);
      await agent.keyboard.press("ArrowDown");
      await agent.keyboard.press("Enter");
      await agent.locator(".picker").waitFor({ state: "hidden" });
      expect(await agent.locator("#answer").inputValue()).toBe(own.found);
      expect(await agent.locator("#meant").innerText()).toContain("I have found your order 48213.");
      await agent.locator(".answer button").click();
      await customer.page.getByText(own.found).waitFor();

      // What is not known is asked for; a gap can't be sent, and is marked to be typed over.
      await agent.locator("h1").click();
      await agent.keyboard.press("p");
      await agent.locator("#phrase-search").fill("paid back");
      await agent.keyboard.press("Enter");
      await agent.locator(".chosen .gaps input").first().waitFor();
      await shoot(agent, `gaps-${language}`);
      expect(await axeFaults(agent)).toEqual([]);
      await agent.locator(".chosen [name='with.count']").fill("3");
      await agent.keyboard.press("Enter");
      await agent.locator(".picker").waitFor({ state: "hidden" });
      await agent.locator(".answer button").click();
      await agent.locator("#refusal").waitFor();
      expect(await agent.locator("#answer").inputValue()).toContain("⟦amount⟧");
      await agent.locator("#answer").fill("");

      // A phone without a mouse, and without a script.
      const phone = await openPhone(customer.number);
      await phone.locator("#phrases-open").click();
      await phone.locator("[name=q]").fill("few minutes");
      await phone.locator(".search button").click();
      await phone.locator(".phrase button").first().click();
      expect(await phone.locator("#answer").inputValue()).toContain(own.wait);
      await shoot(phone, `phrases-phone-${language}`);
      await phone.context().close();

      await agent.locator("#note").fill("SECRET <i>note</i>");
      await agent.locator(".note button").click();
      await agent.locator(".turn.note", { hasText: "SECRET <i>note</i>" }).waitFor();
      await agent.locator("button[value=screenshot]").click();
      await customer.page.getByText(own.asked).last().waitFor();
      await agent.locator("#question").fill(own.question);
      await agent.locator(".question button").click();
      await customer.page.getByText(own.question).waitFor();
      await agent.locator(".turn.act", { hasText: own.question }).waitFor();
      await shoot(agent, `asked-${language}`);

      await agent.locator("#correct-dropWish summary").click();
      await agent.locator("#correct-dropWish select").selectOption("redeliver");
      await agent.locator("#correct-dropWish button").click();
      await agent.locator(".turn.act", { hasText: "corrected a fact" }).waitFor();

      await agent.locator("h1").click();
      await agent.keyboard.press("d");
      await agent.locator("#outcome").selectOption("partialRefund");
      await agent.locator("[name=amount]").fill("");
      await agent.locator(".decision-form button").click();
      await agent.locator("#deciding .refusal").waitFor();
      await agent.locator(".decision-form [name=amount]").fill("11,96");
      await agent.locator(".decision-form button").click();
      const preview = agent.locator(".preview .update");
      await preview.waitFor();
      await shoot(agent, `preview-${language}`);
      expect(await axeFaults(agent)).toEqual([]);
      const lines = await preview.locator("h4, h5, p:not(.quiet), .reasons bdi").allTextContents();
      await agent.locator(".preview button").click();
      const update = customer.page.locator(".decision");
      await update.waitFor();
      const read = (await update.textContent()) ?? "";
      for (const line of lines) expect(read).toContain(line.trim());
      await agent.locator(".mark.decided").first().waitFor();
      await shoot(customer.page, `update-${language}`);

      await customer.press("contest");
      await customer.type(own.no);
      await agent.locator(".mark.contested").first().waitFor();
      await agent.locator(".turn.customer", { hasText: own.no }).waitFor();
      await customer.page.reload();
      await customer.page.locator(".decision").waitFor();
      expect(await customer.page.locator("body").innerText()).not.toContain("SECRET");

      // Nobody else works here, so who decided may take the contest too.
      await agent.locator("h1").click();
      await agent.keyboard.press("t");
      await agent.locator(".act-closed button").click();
      await customer.page.locator("[data-choice^='satisfaction:good']").waitFor();
      await shoot(customer.page, `satisfaction-${language}`);
      await customer.press(`satisfaction:good:${customer.number}`);
      await agent
        .locator("#decided", { hasText: "How the customer found our help: Good" })
        .waitFor();

      await agent.setViewportSize({ width: 390, height: 844 });
      await agent.emulateMedia({ colorScheme: "dark" });
      await shoot(agent, `phone-${language}`);
      expect(await agent.evaluate("document.documentElement.scrollWidth")).toBe(390);
      expect(await axeFaults(agent)).toEqual([]);
      await agent.keyboard.press("?");
      await agent.locator("#keys[open]").waitFor();
      expect(await axeFaults(agent)).toEqual([]);
      // Single keys can be switched off, and stay so.
      await agent.locator("#single-keys").uncheck();
      await agent.keyboard.press("Escape");
      await agent.reload();
      await agent.keyboard.press("?");
      expect(await agent.locator("#keys[open]").count()).toBe(0);
      await agent.evaluate("localStorage.clear()");
      for (const [name, path] of [
        ["chart", "/console/chart"],
        ["path", `/console/cases/${customer.number}/path`],
        ["phrases-page", `/console/cases/${customer.number}/phrases?q=refund`],
      ] as const) {
        await agent.goto(`${bot.url}${path}`);
        await shoot(agent, `${name}-phone-${language}`);
        expect(await agent.evaluate("document.documentElement.scrollWidth")).toBe(390);
        expect(await axeFaults(agent)).toEqual([]);
      }
      await agent.goto(`${bot.url}/console/figures`);
      await shoot(agent, `figures-${language}`);
      expect(await axeFaults(agent)).toEqual([]);
      expect(faults).toEqual([]);
    },
  );

  it("sends a picture, quotes, rewords and withdraws, and the customer sees it at once and after a reload", async () => {
    const customer = await openCase("sv");
    const agent = await watched(desk);
    await agent.goto(`${bot.url}/console/cases/${customer.number}?lang=en`);
    await agent.locator(".act-taken button").click();
    await agent.locator("#answer").waitFor();
    await customer.page.locator("#text").fill("När får jag svar?");
    await customer.page.locator("#text").press("Enter");
    const asked = agent.locator(".turn.customer", { hasText: "När får jag svar?" });
    await asked.waitFor();

    await agent.locator("#answer").fill("Imorgn <b>");
    await asked.locator("a", { hasText: "Answer this" }).click();
    await agent.locator(".answering blockquote", { hasText: "När får jag svar?" }).waitFor();
    expect(await agent.locator("#answer").inputValue()).toBe("Imorgn <b>");
    await agent.locator("#attach summary").click();
    const [chooser] = await Promise.all([
      agent.waitForEvent("filechooser"),
      agent.locator("#files").click(),
    ]);
    // Safari's buttons get no focus, and while people look for a file the customer goes on.
    await agent.locator("#answer").fill("");
    await agent.evaluate("document.activeElement.blur()");
    await customer.page.locator("#text").fill("Hallå?");
    await customer.page.locator("#text").press("Enter");
    await agent.locator(".turn.customer", { hasText: "Hallå?" }).waitFor();
    await chooser.setFiles(screenshot);
    await agent.locator("#chosen img").waitFor();
    await agent.locator("#answer").fill("Imorgn <b>");
    await shoot(agent, "relay-composer");
    expect(await axeFaults(agent)).toEqual([]);
    await agent.locator(".answer button").click();

    const said = customer.page.locator(".message.agent").last();
    await customer.page.getByText("Imorgn <b>").waitFor();
    await said.locator(".quote", { hasText: "När får jag svar?" }).waitFor();
    const picture = said.locator(".files img");
    await picture.waitFor();
    await expect.poll(() => picture.evaluate("(image) => image.naturalWidth")).not.toBe(0);
    await shoot(customer.page, "relay-customer");
    expect(await agent.locator(".answering").count()).toBe(0);
    expect(await agent.locator("#files").inputValue()).toBe("");

    const own = agent.locator(".turn.agent", { hasText: "Imorgn <b>" });
    await own.locator("summary", { hasText: "Edit" }).click();
    await own.locator("textarea").fill("Imorgon");
    await own.locator("details button").click();
    await customer.page.getByText("Imorgon", { exact: true }).waitFor();
    await said.getByText("Redigerat").waitFor();
    expect(await said.locator(".files img, .quote").count()).toBe(2);
    await customer.page.reload();
    await customer.page.getByText("Imorgon", { exact: true }).waitFor();
    expect(await customer.page.locator("body").innerText()).not.toContain("Imorgn");

    const reworded = agent.locator(".turn.agent", { hasText: "Imorgon" });
    await reworded.locator(".earlier summary").click();
    await reworded.getByText("Imorgn <b>").waitFor();
    await shoot(agent, "relay-reworded");
    expect(await axeFaults(agent)).toEqual([]);
    await reworded.locator("button", { hasText: "Withdraw" }).click();
    await customer.page.getByText("Meddelandet har tagits tillbaka.").waitFor();
    expect(await customer.page.getByText("Imorgon", { exact: true }).count()).toBe(0);
    await shoot(customer.page, "relay-withdrawn");
    await customer.page.reload();
    await customer.page.getByText("Meddelandet har tagits tillbaka.").waitFor();
    expect(faults).toEqual([]);
  });
});
