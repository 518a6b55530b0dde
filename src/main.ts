import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { createConsole } from "./adapters/console/console.ts";
import { readCannedAnswers } from "./adapters/files/canned-answers.ts";
import { openHttp } from "./adapters/http/server.ts";
import { loadTexts } from "./adapters/i18next/texts.ts";
import { systemClock } from "./adapters/node/clock.ts";
import { sleep } from "./adapters/node/sleep.ts";
import { createLog } from "./adapters/pino/log.ts";
import { createSharpInspector } from "./adapters/sharp/inspector.ts";
import { createWebChat } from "./adapters/web/channel.ts";
import { clientAddress } from "./adapters/web/client.ts";
import { createAuditedAct } from "./app/audited-act.ts";
import { createDeskHand } from "./app/desk-hand.ts";
import { createFollower } from "./app/follow.ts";
import { createDeliverer } from "./app/deliver.ts";
import { createLead } from "./app/lead.ts";
import { createIntake } from "./app/intake.ts";
import { createKeepEvidence } from "./app/keep-evidence.ts";
import { createReceiver } from "./app/receive.ts";
import { startEvidenceSweep } from "./app/sweep-evidence.ts";
import { startWorker } from "./app/work.ts";
import { readConfig, type Config } from "./config.ts";
import { BotError } from "./core/errors.ts";
import { maxEvidenceBytes } from "./core/evidence.ts";
import type { HeldInbound } from "./core/inbound.ts";
import {
  createFlow,
  listTopics,
  openAgents,
  openEvidence,
  openProvider,
  openStore,
  readPictures,
} from "./parts.ts";
import type { Channel } from "./ports/channel.ts";
import type { LeasedReply } from "./ports/store.ts";
import type { Desk } from "./ports/desk.ts";
import type { Log } from "./ports/log.ts";

/** While the store can't be read at the start. */
const tryAgainMs = 1000;

/** Builds the bot and runs it until it is told to end. */
async function run(config: Config): Promise<void> {
  // Listened for from the first moment: a signal during the start ends it cleanly too.
  const told = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  const ending = new AbortController();
  void told.then(() => ending.abort());
  // Closes in reverse: no new requests, then no new work, then the store; also when the start fails half-way.
  await using closing = new AsyncDisposableStack();
  const log = createLog(config.logLevel);
  const store = await openStore(config, log, ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  if (!store) return;
  closing.defer(() => store.close());
  const evidence = await openEvidence(config, log);
  // Of several machines the store's.
  const clock = { ...systemClock, now: () => store.now?.() ?? systemClock.now() };
  const inspector = createSharpInspector();
  closing.defer(() => inspector.close());
  const texts = await loadTexts(
    fileURLToPath(new URL("../locales", import.meta.url)),
    config.cannedAnswers === undefined ? undefined : readCannedAnswers(config.cannedAnswers),
  );

  const flow = createFlow(config, texts);
  const agents = openAgents(config, log);
  const { telegramChat, discordChannel, repliesAreMarked, language: deskLanguage } = config.desks;
  const receiver = createReceiver({
    flow,
    store,
    texts,
    clock,
    log,
    agents,
    defaultLanguage: config.defaultLanguage,
    desks: [
      ...(telegramChat === undefined ? [] : (["telegram"] as const)),
      ...(discordChannel === undefined ? [] : (["discord"] as const)),
    ],
    fits: (name, message) =>
      channels.find((channel) => channel.name === name)?.fits(message) ?? true,
    reserve: (channel) => deliverer.reserve(channel),
    committed(conversationId) {
      worker.wake();
      desk.changed(conversationId);
    },
  });
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock });

  const web = createWebChat({
    receive: receiver.receive,
    store,
    keepEvidence,
    evidence,
    texts,
    clock,
    log,
    shop: {
      name: config.shopName,
      url: config.shopUrl,
      supportEmail: config.supportEmail,
      policyUrl: config.policyUrl,
      privacyUrl: config.privacyUrl,
      accent: config.shopAccent,
    },
    defaultLanguage: config.defaultLanguage,
    publicUrl: () => config.publicUrl ?? http.url,
    maxEvidenceBytes,
  });
  const provider = await openProvider(config);
  const desk = createConsole({
    store,
    agents,
    ...(provider && { provider }),
    publicUrl: () => config.publicUrl ?? http.url,
    addressOf: clientAddress,
    log,
    evidence,
    texts,
    clock,
    language: config.defaultLanguage,
    timeZone: config.timeZone,
    act: createAuditedAct({ act: receiver.act, trail: store, clock, log, surface: "console" }),
    keepEvidence,
    flow,
    topics: listTopics,
    charts: { flow: flow.id, pictures: readPictures() },
  });
  const hand = createDeskHand({ act: receiver.act, agents, flow, store, texts, clock, log });
  const owner = `${process.pid}-${randomBytes(6).toString("hex")}`;
  const lead = createLead({ store, owner, clock, log, sleep });
  const channels: Channel[] = [web.channel];
  const desks: Desk[] = [];
  const atDesk = { hand, evidence, keepEvidence, language: deskLanguage, repliesAreMarked };
  const atPlatform = {
    lead,
    defaultLanguage: config.defaultLanguage,
    accept: (inbound: HeldInbound) => intake.accept(inbound),
    prompt: receiver.prompt,
    store,
    evidence,
    texts,
    clock,
    log,
    sleep,
  };
  // A platform's library is loaded only where it is used: it would make every start slower.
  const { discord: settings } = config;
  const discord =
    settings &&
    (await onceRead(
      async () => {
        const { openDiscord } = await import("./adapters/discord/channel.ts");
        return openDiscord({
          ...settings,
          ...atPlatform,
          ...(discordChannel !== undefined && { desk: { channel: discordChannel, ...atDesk } }),
          shopName: config.shopName,
        });
      },
      log,
      ending.signal,
    ));
  if (settings && !discord) return;
  // It takes updates from here on, so all that it needs is made without a wait.
  const telegram =
    config.telegram &&
    (await import("./adapters/telegram/channel.ts")).openTelegram({
      ...config.telegram,
      ...atPlatform,
      ...(telegramChat !== undefined && { desk: { chat: telegramChat, ...atDesk } }),
    });
  if (telegram) {
    channels.push(telegram.channel);
    if (telegram.desk) desks.push(telegram.desk);
    closing.defer(() => telegram.close());
  }
  if (discord) channels.push(discord.channel);
  if (discord?.desk) desks.push(discord.desk);
  const follower = createFollower({
    desks,
    store,
    flow,
    texts: texts.in(deskLanguage),
    timeZone: config.timeZone,
    urlOf: (number) => `${config.publicUrl ?? http.url}/console/cases/${number}`,
    clock,
    log,
    ready: () => worker.wake(),
  });
  const around = { store, receiver, channels, clock, log, sleep };
  const settled = ({ conversationId }: LeasedReply) => {
    worker.wake();
    desk.settled(conversationId);
  };
  const deliverer = createDeliverer({ ...around, settled });
  const intake = createIntake({ ...around, keepEvidence, ready: () => worker.wake() });
  const worker = startWorker({ ...around, deliverer, intake, follower, desks });
  closing.defer(() => worker.stop());
  store.watch?.((conversationIds) => {
    worker.wake();
    if (conversationIds.length === 0) web.changedSomewhere();
    for (const id of conversationIds) {
      web.changed(id);
      desk.changed(id);
    }
  });
  void follower.begin().catch(() => log.error({}, "open cases are shown once something happens"));
  if (telegram) closing.defer(() => telegram.stopTaking());
  if (discord) {
    discord.start();
    closing.defer(() => discord.close());
  }
  const sweep = startEvidenceSweep({ store, evidence, clock, log, sleep });
  closing.defer(() => sweep.stop());
  const http = await openHttp({
    host: config.host,
    port: config.port,
    apps: [
      { path: "/", app: web.app },
      { path: "/console", app: desk.app },
      ...(telegram?.webhook ? [telegram.webhook] : []),
    ],
    healthy: async () => {
      await store.nextDueAt();
      return true;
    },
  });

  closing.defer(() => http.close());
  closing.defer(() => web.close());
  closing.defer(() => desk.close());

  const url = config.publicUrl ?? http.url;
  const link = await onceRead(() => desk.enterPath(), log, ending.signal);
  if (link !== undefined)
    process.stdout.write(
      `Live chat  ${url}/\nConsole    ${url}${link}  (this link works once, within a week)\n`,
    );

  // Now, as a killed process never would.
  flushCompileCache();

  await told;
}

/** What is opened by a store that has gone away meanwhile is opened again and again; undefined where the bot is told to end. */
async function onceRead<T>(
  open: () => Promise<T>,
  log: Log,
  ending: AbortSignal,
): Promise<T | undefined> {
  while (!ending.aborted) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof BotError && error.retryable)) throw error;
      log.error({ why: error.message }, "the start waits for the store and tries again");
      await sleep(tryAgainMs).done;
    }
  }
  return undefined;
}

/** The whole life of the process; a fault of the settings or the start is said in words. */
export async function main(): Promise<void> {
  try {
    await run(readConfig(process.env));
  } catch (error) {
    // One clear line for what an owner can mend; a bug keeps its stack.
    process.stderr.write(
      `${error instanceof BotError ? `Ombud: ${error.message}` : (error as Error).stack}\n`,
    );
    process.exitCode = 1;
  }
  // Everything is closed. What a library still holds open (a connection that it was about to make) must not keep the process.
  setTimeout(() => process.exit(), 1000).unref();
}
