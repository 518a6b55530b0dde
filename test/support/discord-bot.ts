import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { openDiscord, type Discord } from "../../src/adapters/discord/channel.ts";
import { openFileEvidence } from "../../src/adapters/files/evidence.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createSharpInspector } from "../../src/adapters/sharp/inspector.ts";
import { createKeepEvidence } from "../../src/app/keep-evidence.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { ActContent } from "../../src/core/act.ts";
import type { Agent } from "../../src/core/agent.ts";
import type { HeldInbound } from "../../src/core/inbound.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Lead } from "../../src/ports/lead.ts";
import type { Log } from "../../src/ports/log.ts";
import type { Store } from "../../src/ports/store.ts";
import type { DiscordServer } from "./discord/server.ts";
import { library, quiet, refund } from "./shop.ts";
import { createWork, sleep } from "./work.ts";

/** The bot without its process: everything real from the adapter to the store, against the local server. */
export interface DiscordBot {
  store: Store;
  discord: Discord;
  /** Keeps a file as an agent's desk does. */
  keepEvidence: ReturnType<typeof createKeepEvidence>;
  /** What an agent does with the customer's latest case. */
  act(customer: { id: string }, agent: Agent, content: ActContent): Promise<void>;
  /** What was accepted, in its order. */
  accepted: HeldInbound[];
  /** Leaves at once as a crash does, with the store open. */
  crash(): void;
  /** Ends as on SIGTERM. */
  close(): Promise<void>;
}

export interface DiscordBotOptions {
  store?: Store;
  clock?: Clock;
  log?: Log;
  /** Without one, conversations run in direct messages. */
  supportChannel?: string | undefined;
  /** Stands between the adapter and the intake, such as a store that is slow. */
  accept?: (inbound: HeldInbound, on: (inbound: HeldInbound) => Promise<void>) => Promise<void>;
  shards?: { count?: number; ids?: { start: number; end: number } };
  lead?: Lead;
  /** Of the adapter; without it the day’s. */
  sleep?: typeof sleep;
}

export const systemTime: Clock = {
  now: Date.now,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
};

export async function openDiscordBot(
  server: DiscordServer,
  options: DiscordBotOptions = {},
): Promise<DiscordBot> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-discord-"));
  const { clock = systemTime, log = quiet, store = openSqliteStore(":memory:") } = options;
  // On a busy machine a decoder takes its time.
  const inspector = createSharpInspector({ answerWithinMs: 30_000 });
  const evidence = openFileEvidence(folder);
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock });
  const accepted: HeldInbound[] = [];
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock,
    log,
    defaultLanguage: "en",
    fits: (_, message) => discord.channel.fits(message),
    committed: () => work.wake(),
  });
  const supportChannel = "supportChannel" in options ? options.supportChannel : server.support.id;
  const on = async (inbound: HeldInbound) => {
    await work.intake.accept(inbound);
    accepted.push(inbound);
  };
  const discord: Discord = await openDiscord({
    token: server.token,
    apiRoot: server.api,
    ...(supportChannel !== undefined && { supportChannel }),
    shards: options.shards ?? {},
    ...(options.lead && { lead: options.lead }),
    accept: (inbound) => options.accept?.(inbound, on) ?? on(inbound),
    prompt: receiver.prompt,
    store,
    evidence,
    texts: library,
    clock,
    log,
    sleep: options.sleep ?? sleep,
    shopName: "Viplikes",
    defaultLanguage: "en",
  });
  const work = createWork({
    store,
    receiver,
    channels: [discord.channel],
    clock,
    log,
    keepEvidence,
  });
  const worker = work.start();
  discord.start();
  await server.gateway.whenConnected();
  await vi.waitFor(() => {
    if (server.world.commands.size === 0) throw new Error("no commands are registered");
  }, 5000);
  return {
    store,
    discord,
    keepEvidence,
    async act({ id }, agent, content) {
      const conversationId = `discord-${id}`;
      const [entry] = await store.casesOf(conversationId);
      const caseNumber = entry?.number ?? "";
      await receiver.act({
        key: crypto.randomUUID(),
        conversationId,
        caseNumber,
        agent,
        content,
      });
    },
    accepted,
    crash() {},
    async close() {
      await discord.close();
      await worker.stop();
      await inspector.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
