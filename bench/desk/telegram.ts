import { systemClock } from "../../src/adapters/node/clock.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { openTelegram } from "../../src/adapters/telegram/channel.ts";
import { createDeskHand } from "../../src/app/desk-hand.ts";
import { createReceiver } from "../../src/app/receive.ts";
import { library, quiet, refund } from "../../test/support/shop.ts";
import { openTelegramServer } from "../../test/support/telegram/server.ts";
import { createWork, sleep } from "../../test/support/work.ts";
import type { MeasuredDesk } from "./measured.ts";
import { customersAt, webChannel } from "./customers.ts";

const forum = -1_001_234;
const ida = { id: 41, firstName: "Ida" };

/** A group on a local Telegram that holds the bot to 20 messages a minute; a card is there when its message is. */
export async function openTelegramGroup(): Promise<MeasuredDesk> {
  const server = await openTelegramServer({ limits: true });
  const group = server.group({ id: forum, forum: true, members: [ida] });
  const store = openSqliteStore(":memory:");
  const evidence = { original: async () => undefined, view: async () => undefined };
  const keepEvidence = async () => ({ refused: "noRoom" as const });
  const around = { flow: refund, store, texts: library, clock: systemClock, log: quiet };
  const receiver = createReceiver({
    ...around,
    defaultLanguage: "fr",
    desks: ["telegram"],
    committed: () => work.wake(),
  });
  const agents = { byTelegram: async () => undefined, byDiscord: async () => undefined };
  const hand = createDeskHand({ ...around, act: receiver.act, agents });
  const telegram = openTelegram({
    token: server.token,
    apiRoot: server.url,
    pace: { perSecond: 30, chatPerSecond: 1, groupPerMinute: 20 },
    desk: {
      chat: `${forum}`,
      hand,
      evidence,
      keepEvidence,
      language: "fr",
      repliesAreMarked: true,
    },
    defaultLanguage: "fr",
    accept: (inbound) => work.intake.accept(inbound),
    prompt: receiver.prompt,
    evidence,
    sleep,
    ...around,
  });
  const desks = telegram.desk ? [telegram.desk] : [];
  const channels = [webChannel, telegram.channel];
  const work = createWork({ ...around, receiver, channels, desks, keepEvidence, language: "fr" });
  const worker = work.start();
  const shownAt = new Map<string, number>();
  const look = () => {
    const last = group.lastMessage();
    const number = /^(RF-\w{5}) · /u.exec(last?.text ?? "")?.[1];
    if (number && !shownAt.has(number)) shownAt.set(number, performance.now());
    return false;
  };
  server.world.find(forum).watchers.add(look);

  return {
    ...customersAt(receiver, store),
    // Each is a minute's twentieth part.
    oneIn: 25,
    shownAt,
    remark: () => `${server.earlyCalls.length} calls before their time.`,
    async close() {
      await telegram.stopTaking();
      await worker.stop();
      await telegram.close();
      await store.close();
      await server.close();
    },
  };
}
