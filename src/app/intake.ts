import { BotError, FileUnavailable } from "../core/errors.ts";
import type { Evidence, EvidenceRefusal } from "../core/evidence.ts";
import type { FileRef, HeldInbound, Inbound } from "../core/inbound.ts";
import type { Channel } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Held, Store } from "../ports/store.ts";
import type { createKeepEvidence } from "./keep-evidence.ts";
import type { Receiver } from "./receive.ts";
import { walkLog } from "./walk-log.ts";

/** An album has no end mark: it is whole when no part has come for a while. */
const albumQuietMs = 1500;
const albumLongestMs = 10_000;
/** Eight tries over some two minutes. */
const mostFetches = 8;
/** Files are fetched and looked into slowly; what stands behind them elsewhere must not wait for that. */
const fetchesAtOnce = 8;
const conversationsAtOnce = 64;

export interface Intake {
  /**
   * Takes what a customer did, or holds it: files that have to be fetched, and
   * what comes behind them, so that everything is taken in the order in which
   * it came, and what the conversation can't take now. Durable when it
   * returns; the same key is taken once, an edit without a change and a
   * deletion of what the customer did not say not at all.
   *
   * @throws StoreUnavailable when nothing was written.
   */
  accept(inbound: HeldInbound): Promise<void>;
  /** Starts taking what is held and ready. */
  start(): Promise<void>;
  /** Resolves when nothing is being taken. */
  idle(): Promise<void>;
}

export function createIntake(parts: {
  store: Store;
  receiver: Pick<Receiver, "receive">;
  channels: readonly Channel[];
  keepEvidence: ReturnType<typeof createKeepEvidence>;
  clock: Clock;
  log: Log;
  /** Called when something held is ready, or another may be. */
  ready: () => void;
}): Intake {
  const { store, receiver, channels, keepEvidence, clock, log, ready } = parts;
  const underWay = new Map<string, Promise<void>>();
  const fetching = new Set<string>();
  /** Until when conversations wait of which the store could not be told even that. */
  const pausedUntil = new Map<string, number>();

  return {
    async accept(inbound) {
      const { content, ...rest } = inbound;
      // What is changed may be held itself.
      const isChange = content.type === "edited" || content.type === "deleted";
      if (
        content.type === "attachments" ||
        (isChange && (await store.isHolding(inbound.conversationId)))
      )
        return hold(inbound);
      if (content.type === "edited" && (await saysTheSame(rest.conversationId, content))) return;
      if (content.type === "deleted" && !(await wasSaid(rest.conversationId, content))) return;
      try {
        const outcome = await receiver.receive({ ...rest, content }, { unlessHolding: true });
        if (outcome === "holding") await hold(inbound);
      } catch (error) {
        if (error instanceof BotError && error.retryable) throw error;
        // The fault is in this conversation: everybody else's must not come again and again for it.
        await hold(inbound);
      }
    },

    async start() {
      const now = clock.now();
      for (const { conversationId, held } of await store.dueHeld(now, conversationsAtOnce)) {
        const isFetch = held[0]?.inbound.content.type === "attachments";
        const hasRoom = isFetch ? fetching.size < fetchesAtOnce : true;
        const isPaused = (pausedUntil.get(conversationId) ?? 0) > now;
        if (underWay.has(conversationId) || !hasRoom || isPaused) continue;
        if (isFetch) fetching.add(conversationId);
        const taking = takeFirst(held).finally(() => {
          underWay.delete(conversationId);
          fetching.delete(conversationId);
          ready();
        });
        underWay.set(conversationId, taking);
      }
    },

    async idle() {
      await Promise.all(underWay.values());
    },
  };

  async function hold(inbound: HeldInbound): Promise<void> {
    const { content } = inbound;
    const at = clock.now();
    const inAlbum = content.type === "attachments" && content.album !== undefined;
    await store.hold({ inbound, at, readyAt: inAlbum ? at + albumQuietMs : at });
    ready();
  }

  /** Whether an edit leaves the words as they are: platforms tell of such, too, as when a link's preview is there. */
  async function saysTheSame(
    conversationId: string,
    { of, text }: { of: string; text: string },
  ): Promise<boolean> {
    let last: string | undefined;
    for await (const { body } of walkLog(store, conversationId)) {
      if (body.type !== "event") continue;
      if (body.key === of || body.said?.edits === of) last = body.said?.text;
    }
    return last === text;
  }

  /** Platforms tell of the bot's own messages, too. */
  async function wasSaid(conversationId: string, { of }: { of: string }): Promise<boolean> {
    for await (const { body } of walkLog(store, conversationId))
      if (body.type === "event" && body.by === "customer" && body.key === of) return true;
    return false;
  }

  /** Never rejects: what can't be taken now is held on to. */
  async function takeFirst(held: readonly Held[]): Promise<void> {
    const group = firstGroup(held);
    const [first] = group;
    if (!first) return;
    const { key, conversationId: conversation } = first.inbound;
    pausedUntil.delete(conversation);
    try {
      const wholeAt = completeAt(group);
      if (wholeAt > clock.now()) await store.postpone(key, wholeAt, false);
      else await takeGroup(first, group);
    } catch (error) {
      const code = error instanceof BotError ? error.code : "unexpected";
      const pauseMs = 1000 * 2 ** Math.min(first.attempts, 6);
      log.warn({ conversation, code, pauseMs }, "what a customer sent can't be taken yet");
      const readyAt = clock.now() + pauseMs;
      // A store that fails here has the inbound ready still.
      await store.postpone(key, readyAt, true).catch(() => pausedUntil.set(conversation, readyAt));
    }
  }

  async function takeGroup(first: Held, group: readonly Held[]): Promise<void> {
    const keys = group.map(({ inbound }) => inbound.key);
    const { content, ...rest } = first.inbound;
    if (content.type !== "attachments") {
      await receiver.receive({ ...rest, content }, { releases: keys });
      return;
    }
    const channel = channels.find(({ name }) => name === rest.channel);
    if (rest.address !== undefined) channel?.showTyping?.(rest.address);
    const files: Evidence[] = [];
    const refused: EvidenceRefusal[] = [];
    for (const file of group.flatMap(filesOf)) {
      const kept = await fetched(channel, file, first.attempts);
      if ("refused" in kept) refused.push(kept.refused);
      else files.push(kept);
    }
    const captioned = group.find((part) => captionOf(part) !== undefined) ?? first;
    const caption = captionOf(captioned);
    await receiver.receive(
      {
        ...rest,
        key: captioned.inbound.key,
        content: {
          type: "files",
          files,
          ...(refused.length > 0 && { refused }),
          ...(caption !== undefined && { caption }),
        },
      } satisfies Inbound,
      { releases: keys },
    );
  }

  async function fetched(
    channel: Channel | undefined,
    file: FileRef,
    attempts: number,
  ): Promise<Evidence | { refused: EvidenceRefusal }> {
    if (!channel?.files) return { refused: "lost" };
    try {
      return await keepEvidence(await channel.files.fetch(file), file.name);
    } catch (error) {
      if (error instanceof FileUnavailable) return { refused: error.refusal };
      if (attempts + 1 >= mostFetches) return { refused: "lost" };
      throw error;
    }
  }
}

/** The oldest, with the parts of its album that stand right behind it. */
function firstGroup(held: readonly Held[]): readonly Held[] {
  const album = held[0] && albumOf(held[0]);
  if (album === undefined) return held.slice(0, 1);
  const end = held.findIndex((one) => albumOf(one) !== album);
  return end < 0 ? held : held.slice(0, end);
}

/** When no further part of an album is waited for. */
function completeAt(group: readonly Held[]): number {
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last || albumOf(first) === undefined) return 0;
  return Math.min(first.at + albumLongestMs, last.at + albumQuietMs);
}

const attachmentsOf = ({ inbound: { content } }: Held) =>
  content.type === "attachments" ? content : undefined;
const albumOf = (held: Held) => attachmentsOf(held)?.album;
const captionOf = (held: Held) => attachmentsOf(held)?.caption;
const filesOf = (held: Held) => attachmentsOf(held)?.files ?? [];
