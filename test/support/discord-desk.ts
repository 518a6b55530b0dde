import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDiscord, type Discord } from "../../src/adapters/discord/channel.ts";
import { openFileEvidence } from "../../src/adapters/files/evidence.ts";
import { createSharpInspector } from "../../src/adapters/sharp/inspector.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createDeskHand } from "../../src/app/desk-hand.ts";
import { createKeepEvidence } from "../../src/app/keep-evidence.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { ActContent } from "../../src/core/act.ts";
import type { Agent, Role } from "../../src/core/agent.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import type { Language } from "../../src/core/language.ts";
import { plainText } from "../../src/core/message.ts";
import type { Channel } from "../../src/ports/channel.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Person } from "./discord/people.ts";
import type { Seen } from "./discord/seen.ts";
import type { DiscordServer } from "./discord/server.ts";
import { systemTime } from "./discord-bot.ts";
import { library, quiet, refund } from "./shop.ts";
import { createWork, sleep } from "./work.ts";

/** An agent with Discord open. */
export type DeskAgent = Person & { agent: Agent };

/**
 * A shop whose agents work in the local server's forum: everything real from
 * the desk to the store, customers at the receiver's door and on Discord.
 */
export async function openDiscordDesk(
  server: DiscordServer,
  options: {
    store?: Store;
    repliesAreMarked?: boolean;
    agents?: Map<string, Agent>;
    send?: Channel["send"];
  } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "ombud-discord-desk-"));
  const store = options.store ?? openSqliteStore(":memory:");
  const clock = systemTime;
  const agents = options.agents ?? new Map<string, Agent>();
  const evidence = openFileEvidence(folder);
  // On a busy machine a decoder takes its time.
  const inspector = createSharpInspector({ answerWithinMs: 30_000 });
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock });
  const sent = new Map<string, string[]>();
  const web: Channel = {
    name: "web",
    concurrency: 8,
    fits: () => true,
    send:
      options.send ??
      (async ({ conversationId, message }) => {
        sent.set(conversationId, [...(sent.get(conversationId) ?? []), plainText(message)]);
        return {};
      }),
  };
  const receiver = createReceiver({
    flow: refund,
    store,
    texts: library,
    clock,
    log: quiet,
    defaultLanguage: "fr",
    desks: ["discord"],
    fits: (name, message) => name === "web" || discord.channel.fits(message),
    committed: () => work.wake(),
  });
  const directory = {
    byDiscord: async (id: string) => agents.get(id),
    byTelegram: async () => undefined,
  };
  const hand = createDeskHand({
    act: receiver.act,
    agents: directory,
    flow: refund,
    store,
    texts: library,
    clock,
    log: quiet,
  });
  const discord: Discord = await openDiscord({
    token: server.token,
    apiRoot: server.api,
    supportChannel: server.support.id,
    shards: {},
    accept: (inbound) => work.intake.accept(inbound),
    prompt: receiver.prompt,
    store,
    texts: library,
    clock,
    log: quiet,
    sleep,
    desk: {
      channel: server.forum.id,
      hand,
      language: "fr",
      repliesAreMarked: options.repliesAreMarked ?? true,
      evidence,
      keepEvidence,
    },
    evidence,
    shopName: "Viplikes",
    defaultLanguage: "fr",
  });
  const desks = discord.desk ? [discord.desk] : [];
  const work = createWork({ store, receiver, channels: [web, discord.channel], desks, clock });
  const worker = work.start();
  discord.start();
  await server.gateway.whenConnected();
  await until(() => {
    if (![...server.world.commands.values()].some(({ guildId }) => guildId))
      throw new Error("no commands");
  }, 5000);
  let count = 0;

  return {
    store,
    hand,
    agents,
    evidence,
    receiver,
    sent: (conversationId: string) => sent.get(conversationId) ?? [],
    /** Somebody of the shop who is in the guild. */
    agent(name: string, role: Role = "agent", locale = "en-GB"): DeskAgent {
      const person = server.user({ username: name.toLowerCase(), locale, roles: [server.agents] });
      const agent = { id: name.toLowerCase(), name, role };
      agents.set(person.id, agent);
      return Object.assign(person, { agent });
    },
    /** Somebody asks for a person, and nobody waits; `opened` is told the case before the desk is. */
    async ask(opened: (number: string, askedAt: number) => void) {
      const conversationId = `web-${crypto.randomUUID()}`;
      const askedAt = performance.now();
      await receiver.receive({
        key: conversationId,
        conversationId,
        channel: "web",
        language: "fr",
        content: { type: "command", command: "person" },
      });
      opened((await store.casesOf(conversationId))[0]?.number ?? "", askedAt);
    },
    /** Somebody at the live chat who has asked for a person; resolves when the post is there. */
    async customer(language: Language = "sv") {
      const conversationId = `web-${++count}-${crypto.randomUUID()}`;
      let deeds = 0;
      const receive = (content: InboundContent) =>
        receiver.receive({
          key: `${conversationId}:${++deeds}`,
          conversationId,
          channel: "web",
          language,
          content,
        });
      await receive({ type: "command", command: "person" });
      const number = (await store.casesOf(conversationId))[0]?.number ?? "";
      return {
        conversationId,
        number,
        receive,
        say: (text: string) => receive({ type: "text", text }),
        heard: () => sent.get(conversationId) ?? [],
        post: await until(async () => {
          const post = postOf(server, number);
          if (!(await hand.caseIn("discord", post.id))) throw new Error("it is not known yet");
          return post;
        }, 5000),
        entry: async () => {
          const found = await store.findCase(number);
          if (!found) throw new Error(`no case ${number}`);
          return found;
        },
        act: (agent: Agent, content: ActContent) =>
          receiver.act({
            key: `console:${crypto.randomUUID()}`,
            conversationId,
            caseNumber: number,
            agent,
            content,
          }),
      };
    },
    async close() {
      await discord.close();
      await worker.stop();
      await inspector.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type DiscordDeskShop = Awaited<ReturnType<typeof openDiscordDesk>>;

/** The result once it throws no more; without vitest, so that a bench can have it. */
async function until<T>(work: () => T | Promise<T>, withinMs: number): Promise<T> {
  for (const end = Date.now() + withinMs; ; await sleep(20).done)
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

/** The post of this case that is there now. */
export function postOf(server: DiscordServer, number: string): { id: string } {
  const found = [...server.world.channels.values()].findLast(
    ({ parent, name }) => parent === server.forum && name.startsWith(number),
  );
  if (!found) throw new Error(`no post of ${number}`);
  return found;
}

/** All that a message says, whether in its content or an embed. */
export const textOf = ({ content, embeds }: Pick<Seen, "content" | "embeds">): string =>
  [content, ...embeds.map(({ description }) => String(description))]
    .join("\n")
    .replaceAll("\\", "");
