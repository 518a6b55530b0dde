import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteReader } from "../../src/adapters/sqlite/reader.ts";
import { atDiscord } from "../support/pairs/at-discord.ts";
import { atTelegram } from "../support/pairs/at-telegram.ts";
import { type AnyCustomer, onDiscord, onTelegram } from "../support/pairs/customers.ts";
import { type MixedShop, openMixedShop } from "../support/pairs/mixed-shop.ts";
import { patience } from "../support/pairs/patience.ts";

const look = "Se bilden";
const reasons = "Allt har kommit.";
let shop: MixedShop;
let people = 0;

beforeAll(async () => {
  shop = await openMixedShop("sv");
});
afterAll(async () => {
  expect(await shop?.close()).toEqual([]);
});

const count = async (customer: AnyCustomer, text: string) =>
  (await customer.screen()).split(text).length - 1;
const reads = (customer: AnyCustomer, text: string) =>
  expect.poll(() => count(customer, text), patience).toBeGreaterThan(0);
const happens = (isSo: () => boolean) => expect.poll(isSo, patience).toBe(true);

/** How often this case was decided, by the audit log. */
async function decisions(number: string): Promise<number> {
  const reader = openSqliteReader(shop.folder);
  const rows = (await reader?.listAudit({ limit: 500 })) ?? [];
  await reader?.close();
  return rows.filter(
    ({ caseNumber, what, outcome }) =>
      caseNumber === number && what === "decided" && outcome === "done",
  ).length;
}

/** What the console lists of sends whose outcome nobody knows. */
async function listed(): Promise<string> {
  const entered = await fetch(shop.bot.consoleLink, { redirect: "manual" });
  const cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const page = await fetch(`${shop.bot.url}/console/deliveries`, { headers: { cookie } });
  return page.text();
}

/** Killed with a decision or a picture committed and its send under way: it has not been done, or it has and nobody heard. */
describe.each(["hang", "apply-then-hang"] as const)(
  "killed while a send is under way (%s)",
  (type) => {
    it("an agent in the Telegram group and a customer on Discord lose nothing, and nothing comes twice", async () => {
      const customer = await onDiscord(shop.discord, `anna${++people}`, "sv");
      const number = await customer.askForPerson();
      const agent = await atTelegram(shop, { number, language: "sv" });
      await agent.take();
      const killAtSend = async (words: string, deed: Promise<unknown>) => {
        const planned = shop.discord.fault({
          fault: { type },
          method: "POST",
          route: "/channels/{channel_id}/messages",
          body: ({ content }) => String(content).includes(words),
          times: 1,
        });
        await Promise.all([deed, happens(() => planned.hits > 0)]);
        await shop.kill();
        await reads(customer, words);
      };
      await killAtSend(look, agent.sendsPicture(look));
      await killAtSend(reasons, agent.decides(reasons));

      await customer.says("Tack");
      await expect.poll(() => agent.screen(), patience).toContain("Tack");
      expect(await count(customer, look)).toBe(1);
      expect(await customer.pictures()).toBe(1);
      expect(await count(customer, reasons)).toBe(1);
      expect(await decisions(number)).toBe(1);
    });

    it("an agent in the Discord forum and a customer on Telegram lose nothing, and what may have come twice is listed", async () => {
      const customer = await onTelegram(shop.telegram, 2000 + ++people, "sv");
      const number = await customer.askForPerson();
      const agent = await atDiscord(shop, number);
      await agent.take();
      const killAtSend = async (words: string, deed: () => Promise<unknown>) => {
        let hits = 0;
        const end = shop.telegram.fault(({ chatId, params }) => {
          const said = String(params["text"] ?? params["caption"] ?? "");
          return chatId === 2000 + people && said.includes(words) && hits++ === 0
            ? type === "hang"
              ? { type: "latency", ms: 60_000, then: { type: "drop" } }
              : { type }
            : undefined;
        });
        await Promise.all([deed(), happens(() => hits > 0)]);
        await shop.kill();
        await reads(customer, words);
        end();
      };
      await killAtSend(look, () => agent.sendsPicture(look));
      await killAtSend(reasons, () => agent.decides(reasons));

      await customer.says("Tack");
      await expect.poll(() => agent.screen(), patience).toContain("Tack");
      const most = type === "hang" ? 1 : 2;
      expect(await count(customer, look)).toBe(most);
      expect(await count(customer, reasons)).toBe(most);
      expect(await decisions(number)).toBe(1);
      expect(await listed()).toContain(number);
    });
  },
);
