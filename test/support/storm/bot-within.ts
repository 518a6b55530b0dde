import { join } from "node:path";
import { openFileEvidence } from "../../../src/adapters/files/evidence.ts";
import { systemClock } from "../../../src/adapters/node/clock.ts";
import { createSharpInspector } from "../../../src/adapters/sharp/inspector.ts";
import { openDatabase } from "../../../src/adapters/sqlite/schema.ts";
import { createSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { openTelegram } from "../../../src/adapters/telegram/channel.ts";
import { createKeepEvidence } from "../../../src/app/keep-evidence.ts";
import { createReceiver } from "../../../src/app/receive.ts";
import type { HeldInbound } from "../../../src/core/inbound.ts";
import type { Channel } from "../../../src/ports/channel.ts";
import { library, quiet, refund } from "../shop.ts";
import { createWork, sleep } from "../work.ts";

/** The bot on Telegram within this process, put together as `main.ts` does it, so that a test has its disk in hand. */
export interface BotWithin {
  /** No page more fits into the store's file. */
  fillDisk(): void;
  freeDisk(): void;
  /** Ends it as SIGTERM does. */
  stop(): Promise<void>;
}

export function openBotWithin(dataDir: string, token: string, apiRoot: string): BotWithin {
  const db = openDatabase(join(dataDir, "ombud.sqlite"));
  const store = createSqliteStore(db);
  const inspector = createSharpInspector();
  const evidence = openFileEvidence(dataDir);
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock: systemClock,
    log: quiet,
    defaultLanguage: "fr",
    fits: (_, message) => telegram.channel.fits(message),
    committed: () => work.wake(),
  });
  const telegram = openTelegram({
    token,
    apiRoot,
    pace: { perSecond: 1000, chatPerSecond: 1000, groupPerMinute: 60_000 },
    defaultLanguage: "fr",
    accept: (inbound: HeldInbound) => work.intake.accept(inbound),
    prompt: receiver.prompt,
    store,
    evidence,
    texts: library,
    clock: systemClock,
    log: quiet,
    sleep,
  });
  const channels: Channel[] = [telegram.channel];
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock: systemClock });
  const work = createWork({ store, receiver, channels, clock: systemClock, keepEvidence });
  const worker = work.start();
  let stopped: Promise<void> | undefined;
  const pages = (count: number) => db.exec(`PRAGMA max_page_count = ${count}`);
  return {
    // SQLite takes as the least what the file has.
    fillDisk: () => pages(1),
    freeDisk: () => pages(2 ** 30),
    stop: () => (stopped ??= stop()),
  };

  async function stop(): Promise<void> {
    await telegram.stopTaking();
    await worker.stop();
    await telegram.close();
    await inspector.close();
    await store.close();
  }
}
