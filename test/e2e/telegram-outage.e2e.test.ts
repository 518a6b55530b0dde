import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startBot } from "../support/bot.ts";
import { pixel } from "../support/problems.ts";
import { isSign } from "../support/signs.ts";
import { createDialogue } from "../support/storm/customer.ts";
import { outage } from "../support/storm/outage.ts";
import { judge, spotless } from "../support/storm/verdict.ts";
import { tooEarly } from "../support/telegram/early.ts";
import { openTelegramServer, type TelegramServer } from "../support/telegram/server.ts";

const seed = Number(process.env["SEED"] ?? 4);

/** How long the outages last. */
const outageMs = 3000;
/** Long enough for customers to be told of it. */
const fullMs = 7000;

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

describe(`while customers talk to it on Telegram, the bot (SEED=${seed})`, () => {
  /** How often each chat was told that the store is away. */
  function timesTold({ calls }: TelegramServer): Map<number, number> {
    const told = new Map<number, number>();
    for (const { chatId = 0, params } of calls)
      if (isSign(params.text)) told.set(chatId, (told.get(chatId) ?? 0) + 1);
    return told;
  }

  it("loses and doubles nothing while the store is full, tells each customer once, and goes on within ten seconds", async () => {
    let recoveredMs = Infinity;
    const evidence = await outage({ seed, chats: 40 }, async ({ bot, answers }) => {
      await answers(100);
      for (let time = 0; time < 2; time++) {
        bot.fillDisk();
        await delay(fullMs);
        bot.freeDisk();
        const from = Date.now();
        await answers(1);
        recoveredMs = Date.now() - from;
        await answers(100);
      }
    });
    expect(judge(evidence)).toEqual(spotless());
    const told = timesTold(evidence.server);
    // Whoever happens to write in its last seconds.
    expect(told.size).toBeGreaterThan(5);
    expect(Math.max(...told.values())).toBeLessThanOrEqual(2);
    expect(recoveredMs).toBeLessThan(10_000);
  });

  it("loses nothing while Telegram is down, and doubles only what was on its way", async () => {
    const evidence = await outage({ seed, chats: 40 }, async ({ cut, gate, answers }) => {
      for (let time = 0; time < 2; time++) {
        await answers(100);
        await cut();
        await delay(outageMs);
        await gate.open();
      }
      await answers(100);
    });
    const verdict = judge(evidence);
    expect(verdict).toEqual(spotless(verdict.doubled));
  });

  it("leaves throttled chats alone for as long as Telegram asks, and keeps the others waiting no longer", async () => {
    const isThrottled = (chatId: number) => chatId % 5 !== 0;
    let before: number[] = [];
    let meanwhile: number[] = [];
    const evidence = await outage(
      { seed, chats: 60, temper: { dialogue: () => createDialogue({ pictures: false }) } },
      async ({ server, answers }) => {
        const calm = (chatId: number) => !isThrottled(chatId);
        await answers(200);
        before = await answers(150, calm);
        const end = server.fault(({ chatId, count }) =>
          chatId !== undefined && isThrottled(chatId)
            ? { type: "429", retryAfter: 1 + (count % 3) }
            : undefined,
        );
        meanwhile = await answers(150, calm);
        end();
      },
    );
    expect(judge(evidence)).toEqual(spotless());
    expect(tooEarly(evidence.server).map(({ what }) => what)).toEqual([]);
    const [usual, throttled] = [percentile(before, 0.95), percentile(meanwhile, 0.95)];
    expect(throttled / usual, `${throttled} ms after ${usual} ms`).toBeLessThan(2);
  });
});

describe("a Telegram that takes everything and answers nothing", () => {
  let folder: string;
  let server: TelegramServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ombud-hang-"));
    server = await openTelegramServer();
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("keeps no bot from ending within 15 s", async () => {
    const bot = await startBot(folder, {
      TELEGRAM_BOT_TOKEN: server.token,
      TELEGRAM_API_ROOT: server.url,
    });
    const anna = server.user({ id: 5001 });
    const björn = server.user({ id: 5002 });
    anna.start();
    björn.start();
    const question = await anna.waitForMessage(({ buttons }) => buttons.length > 0, 20_000);
    await björn.waitForMessage(({ buttons }) => buttons.length > 0, 20_000);
    server.fault(({ method }) =>
      method === "getUpdates" ? undefined : { type: "apply-then-hang" },
    );
    anna.press(question.id, question.buttons[0]?.data ?? "");
    björn.photo(pixel);
    const hangs = (method: string) =>
      server.waitForCall(
        (call) => call.method === method && call.outcome === "apply-then-hang",
        20_000,
      );
    await Promise.all(["sendMessage", "answerCallbackQuery", "getFile"].map(hangs));
    const from = Date.now();
    expect(await bot.stop("SIGTERM")).toBe(0);
    expect(Date.now() - from).toBeLessThan(15_000);
  });

  it("keeps no bot from ending at once while it makes itself known", async () => {
    server.fault(() => ({ type: "apply-then-hang" }));
    const bot = await startBot(folder, {
      TELEGRAM_BOT_TOKEN: server.token,
      TELEGRAM_API_ROOT: server.url,
    });
    await server.waitForCall(({ method }) => method === "getMe", 20_000);
    const from = Date.now();
    expect(await bot.stop("SIGTERM")).toBe(0);
    expect(Date.now() - from).toBeLessThan(6000);
  });
});
