import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFileEvidence } from "../../src/adapters/files/evidence.ts";
import { openHttp } from "../../src/adapters/http/server.ts";
import { systemClock } from "../../src/adapters/node/clock.ts";
import { createSharpInspector } from "../../src/adapters/sharp/inspector.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { openTelegram } from "../../src/adapters/telegram/channel.ts";
import { conversationOf } from "../../src/adapters/telegram/inbound.ts";
import { fits } from "../../src/adapters/telegram/outbound.ts";
import { createKeepEvidence } from "../../src/app/keep-evidence.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import type { Language } from "../../src/core/language.ts";
import { plainText, type Message } from "../../src/core/message.ts";
import { library, quiet, refund, stoppedClock, sunday } from "./shop.ts";
import { openTelegramServer } from "./telegram/server.ts";
import type { SeenMessage } from "./telegram/view.ts";
import { createWork, sleep } from "./work.ts";
import { freePort } from "./free-port.ts";

const screenshot = readFileSync(
  fileURLToPath(new URL("../fixtures/files/screenshot.png", import.meta.url)),
);
/** Pictures are decoded one by one, each in a process of its own: on a busy machine they take their time. */
const patienceMs = 60_000;
const unhurried = { perSecond: 1000, chatPerSecond: 1000, groupPerMinute: 60_000 };

/** The real bot in this process, at the real grammY and the local server; only time stands still. */
export async function openTelegramBot(way: "polling" | "webhook" = "polling") {
  const folder = mkdtempSync(join(tmpdir(), "ombud-telegram-"));
  const server = await openTelegramServer();
  const store = openSqliteStore(":memory:");
  const inspector = createSharpInspector();
  const evidence = openFileEvidence(folder);
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock: stoppedClock(),
    log: quiet,
    defaultLanguage: "en",
    fits: (_, message) => fits(message),
    committed: () => work.wake(),
  });
  const port = way === "webhook" ? await freePort() : 0;
  const telegram = openTelegram({
    ...(way === "webhook" && {
      webhook: { url: `http://127.0.0.1:${port}/telegram`, secret: "s".repeat(32) },
    }),
    token: server.token,
    apiRoot: server.url,
    pace: unhurried,
    defaultLanguage: "en",
    accept: (inbound) => work.intake.accept(inbound),
    prompt: receiver.prompt,
    store,
    evidence,
    texts: library,
    clock: systemClock,
    log: quiet,
    sleep,
  });
  const work = createWork({
    store,
    receiver,
    channels: [telegram.channel],
    // Beside the turns time goes on, so that the pace lets messages out; no timer comes due.
    clock: { ...systemClock, now: () => sunday + Math.round(performance.now()) },
    keepEvidence: createKeepEvidence({
      inspector,
      evidence,
      clock: systemClock,
    }),
  });
  const http = telegram.webhook
    ? await openHttp({
        host: "127.0.0.1",
        port,
        apps: [telegram.webhook],
        healthy: async () => true,
      })
    : undefined;
  const worker = work.start();
  let people = 0;

  return {
    server,
    store,
    /** A customer whom nobody has seen yet, as `openChat` has one without a platform. */
    newChat: (language: Language) => {
      const person = server.user({ id: ++people, languageCode: language });
      const conversationId = conversationOf(person.id);
      let seen = 0;
      let shown = 0;

      /** What the bot has said to this, once all of it stands in the chat as it was said. */
      async function news(): Promise<Message[]> {
        const before = seen;
        let messages: Message[] = [];
        await person.chat.waitUntil(() => onlyBot(person.chat.messages).length > shown, patienceMs);
        for (;;) {
          const entries = await store.readLog(conversationId, before, 1000);
          seen = entries.at(-1)?.seq ?? before;
          messages = entries.flatMap(({ body }) => (body.type === "message" ? [body.message] : []));
          if (messages.length > 0) break;
        }
        await person.chat.waitUntil(
          () => onlyBot(person.chat.messages).length >= shown + messages.length,
          patienceMs,
        );
        const inChat = onlyBot(person.chat.messages).slice(shown);
        for (const [index, message] of messages.entries()) compare(message, inChat[index]);
        shown += messages.length;
        return messages;
      }

      return {
        store,
        conversationId,
        close: async () => {},
        send(content: InboundContent): Promise<Message[]> {
          if (content.type === "started") person.start();
          else if (content.type === "text") person.text(content.text);
          else if (content.type === "files") person.photo(screenshot);
          else throw new TypeError(`nobody does ${content.type} here`);
          return news();
        },
        press(choice: string): Promise<Message[]> {
          const last = person.lastMessage();
          const button = last?.buttons.find(({ data }) => data?.replace(/^\d+:/u, "") === choice);
          if (last && button?.data !== undefined) person.press(last, button.data);
          else {
            // On another page of the keyboard.
            const revision = /^\d+/u.exec(last?.buttons[0]?.data ?? "")?.[0];
            person.pressOld(last ?? 0, `${revision}:${choice}`);
          }
          return news();
        },
      };
    },
    async close(): Promise<void> {
      await http?.close();
      await telegram.stopTaking();
      await worker.stop();
      await telegram.close();
      await store.close();
      await inspector.close();
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const onlyBot = (messages: readonly SeenMessage[]) => messages.filter((one) => one.isFromBot);

/** What Telegram shows are the words, closed by the progress; a receipt is a file. */
function compare(message: Message, shown: SeenMessage | undefined): void {
  const words = plainText(message);
  const [block] = message.blocks;
  const isSame =
    block?.type === "document"
      ? shown?.file?.bytes.toString() === block.text
      : (shown?.text ?? "").startsWith(words) && (shown?.text.length ?? 0) - words.length < 60;
  if (!isSame) throw new Error(`the chat shows “${shown?.text}” and not “${words}”`);
}
