import { ChannelType, ThreadAutoArchiveDuration, type APIMessage } from "@discordjs/core";
import { caseStatuses } from "../../../core/case.ts";
import { languages } from "../../../core/language.ts";
import type { DeskCard } from "../../../core/desk.ts";
import { Undeliverable } from "../../../core/errors.ts";
import type { Desk, DeskWork } from "../../../ports/desk.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import { codeOf, threadIsArchived, unknownMessage } from "../failure.ts";
import { isSame, nonceOf, type Body } from "../outbound.ts";
import type { Rest } from "../rest.ts";
import { cardBody } from "./card.ts";
import { deskFailureOf } from "./failure.ts";
import { bodiesOf } from "./post.ts";

/** What a forum is asked for is asked anew after so long. */
const forumKnownMs = 300_000;
/** How many cards are remembered as they stand. */
const mostRemembered = 5000;

export interface ForumFacts {
  guildId: string;
  /** Ids by name, in small letters. */
  tags: ReadonlyMap<string, string>;
}

export interface Forum {
  desk: Desk;
  facts(): Promise<ForumFacts>;
  /** Whether this process has opened it, so that its case is known in a moment. */
  hasOpened(thread: string): boolean;
}

/** A case is a post in a forum channel; its first message is the card. */
export function createForum(
  parts: {
    channel: string;
    rest: Rest;
    selfId: () => Promise<string>;
    texts: TextLibrary;
    now: () => number;
  } & Pick<DeskWork, "evidence">,
): Forum {
  const { channel: forumId, rest, selfId, texts, now, evidence } = parts;
  const { ask } = rest;
  /** What stands there, by thread. */
  const cards = new Map<string, string>();
  /** The status that a thread shows by its tags, lock and archive. */
  const states = new Map<string, DeskCard["status"]>();
  let known: { at: number; facts: ForumFacts } | undefined;

  async function facts(): Promise<ForumFacts> {
    if (known && now() - known.at < forumKnownMs) return known.facts;
    const channel = await ask((api) => api.channels.get(forumId));
    if (channel.type !== ChannelType.GuildForum || !channel.guild_id)
      throw new Undeliverable("discord", "noForumChannel");
    const tags = new Map(
      channel.available_tags.map(({ id, name }) => [name.trim().toLowerCase(), id]),
    );
    known = { at: now(), facts: { guildId: channel.guild_id, tags } };
    return known.facts;
  }

  const desk: Desk = {
    name: "discord",
    concurrency: 8,
    longestPost: 1500,
    async open(card, again) {
      try {
        const { guildId, tags } = await facts();
        return (again && (await adoptable(guildId, card))) || (await opened(card, tags));
      } catch (error) {
        throw deskFailureOf(error, false);
      }
    },
    async show(thread, card, shown) {
      try {
        const id = await shownAt(thread, card, shown ?? thread);
        await bringUpToDate(thread, card);
        return id;
      } catch (error) {
        throw deskFailureOf(error, true);
      }
    },
    async post(thread, post, id, again) {
      try {
        const bodies = await bodiesOf(post, id, evidence);
        const done = again ? await alreadyThere(thread, bodies) : 0;
        for (const body of bodies.slice(done)) await put(thread, body);
      } catch (error) {
        throw deskFailureOf(error, true);
      }
    },
  };
  return { desk, facts, hasOpened: (thread) => cards.has(thread) };

  async function opened(card: DeskCard, tags: ForumFacts["tags"]): Promise<string> {
    const body = cardBody(card, texts.in(card.language));
    const tag = tagOf(card, tags);
    const { id } = await ask((api) =>
      api.channels.createForumThread(forumId, {
        name: card.title,
        auto_archive_duration: ThreadAutoArchiveDuration.OneWeek,
        ...(tag !== undefined && { applied_tags: [tag] }),
        message: body,
      }),
    );
    remember(cards, id, JSON.stringify(body));
    remember(states, id, card.status);
    return id;
  }

  /** Discord has no key that would make a repeat harmless. */
  async function adoptable(guildId: string, { number }: DeskCard): Promise<string | undefined> {
    const [self, { threads }] = await Promise.all([
      selfId(),
      ask((api) => api.guilds.getActiveThreads(guildId)),
    ]);
    const found = (
      threads as { id: string; name?: string; owner_id?: string; parent_id?: string | null }[]
    ).find(
      ({ name = "", owner_id: owner, parent_id: parent }) =>
        parent === forumId && owner === self && name.split(" ")[0] === number,
    );
    return found?.id;
  }

  /** A tag of the status's name, in any of the languages; undefined where the forum has none. */
  function tagOf(
    { status }: Pick<DeskCard, "status">,
    tags: ForumFacts["tags"],
  ): string | undefined {
    return [status, ...languages.map((one) => texts.in(one).text(`console:status.${status}`))]
      .map((name) => tags.get(name.toLowerCase()))
      .find((id) => id !== undefined);
  }

  /** The card's message, or a new one where somebody has deleted it. */
  async function shownAt(thread: string, card: DeskCard, messageId: string): Promise<string> {
    const body = cardBody(card, texts.in(card.language));
    const text = JSON.stringify(body);
    if (messageId === thread && cards.get(thread) === text) return messageId;
    try {
      await awake(thread, () => ask((api) => api.channels.editMessage(thread, messageId, body)));
      remember(cards, thread, text);
      return messageId;
    } catch (error) {
      if (codeOf(error) !== unknownMessage) throw error;
      const nonce = nonceOf(`card:${thread}:${text}`);
      const { id } = await awake(thread, () =>
        ask((api) => api.channels.createMessage(thread, { ...body, nonce, enforce_nonce: true })),
      );
      return id;
    }
  }

  /** Tags, lock and archive as the case's status has them. Tags that people have set stay. */
  async function bringUpToDate(thread: string, card: DeskCard): Promise<void> {
    if (states.get(thread) === card.status) return;
    const { tags } = await facts();
    const found = await ask((api) => api.channels.get(thread));
    const { thread_metadata: state, applied_tags: given = [] } = found as {
      thread_metadata?: { archived: boolean; locked?: boolean };
      applied_tags?: string[];
    };
    const ofStatus = new Set(caseStatuses.map((status) => tagOf({ status }, tags)));
    const tag = tagOf(card, tags);
    const wanted = [
      ...given.filter((id) => !ofStatus.has(id)),
      ...(tag === undefined ? [] : [tag]),
    ].slice(0, 5);
    const isClosed = card.status === "closed";
    const change = {
      ...(wanted.join() !== given.join() && { applied_tags: wanted }),
      ...((state?.locked ?? false) !== isClosed && { locked: isClosed }),
    };
    if (Object.keys(change).length > 0)
      await awake(thread, () => ask((api) => api.channels.edit(thread, change)));
    if (isClosed) await ask((api) => api.channels.edit(thread, { archived: true }));
    else if (state?.archived) await ask((api) => api.channels.edit(thread, { archived: false }));
    remember(states, thread, card.status);
  }

  /** An archived thread is brought back where Discord wants it to be. */
  async function awake<T>(thread: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== threadIsArchived) throw error;
      await ask((api) => api.channels.edit(thread, { archived: false }));
      return work();
    }
  }

  async function put(thread: string, body: Body): Promise<void> {
    try {
      await awake(thread, () => ask((api) => api.channels.createMessage(thread, body)));
    } catch (error) {
      // The nonce's message was sent, and has been deleted since (discord-api-docs PR#6647).
      if (codeOf(error) !== unknownMessage) throw error;
    }
  }

  /**
   * How many of a post's messages stand at the thread's end. Nobody but the
   * follower posts there for the bot, one post after the other; what it
   * answers to somebody is a reply.
   */
  async function alreadyThere(thread: string, bodies: readonly Body[]): Promise<number> {
    const [self, found] = await Promise.all([
      selfId(),
      ask((api) => api.channels.getMessages(thread, { limit: 100 })),
    ]);
    const own = found
      .filter((message) => message.author.id === self && isPost(message))
      .sort((a, b) => (BigInt(a.id) > BigInt(b.id) ? 1 : -1));
    for (let count = Math.min(bodies.length, own.length); count > 0; count--) {
      const last = own.slice(-count);
      if (last.every((message, index) => isSame(message, bodies[index] as Body))) return count;
    }
    return 0;
  }
}

const isPost = ({ message_reference: reference, id, channel_id: thread }: APIMessage): boolean =>
  reference === undefined && id !== thread;

function remember<T>(map: Map<string, T>, thread: string, value: T): void {
  if (map.size >= mostRemembered) map.clear();
  map.set(thread, value);
}
