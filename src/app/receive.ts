import { leastRole, type Act, type ActRefusal } from "../core/act.ts";
import { isAtLeast } from "../core/agent.ts";
import type { ChannelName, Conversation, LogBody } from "../core/conversation.ts";
import type { DeskName } from "../core/desk.ts";
import { begin, step } from "../core/decide.ts";
import { ActRefused, BotError, CaseNumberTaken, StaleConversation } from "../core/errors.ts";
import type { Flow, Moment, Step } from "../core/flow.ts";
import type { Inbound } from "../core/inbound.ts";
import type { Language } from "../core/language.ts";
import type { Message } from "../core/message.ts";
import { plan, type Plan, type Taken } from "../core/plan.ts";
import { open, rescued, type Opened } from "../core/upgrade.ts";
import { timerEvent } from "../core/watch.ts";
import type { AgentDirectory } from "../ports/agents.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Commit, Committed, CommitLease, DueTimer, Store } from "../ports/store.ts";
import type { TextLibrary } from "../ports/texts.ts";
import { referredBy } from "./referred.ts";

/** How often a turn is decided anew before it is given back to the platform. */
const mostAttempts = 20;

export interface Receiver {
  /**
   * Takes what a customer did: durable when it returns, and answered. The same
   * key is taken once. `releases` are the keys of held inbounds that it comes
   * from; with `unlessHolding` nothing is taken where others are held.
   *
   * @throws StoreUnavailable when nothing was written: confirm nothing to the
   *   platform, it will bring the same again.
   */
  receive: (
    inbound: Inbound,
    how?: Pick<Commit, "releases" | "unlessHolding">,
  ) => Promise<Committed>;
  /** What is asked where a conversation stands, as it would be said now; undefined where there is none of this version. */
  prompt: (conversationId: string) => Promise<{ message: Message; revision: number } | undefined>;
  /**
   * Carries out what an agent did: durable when it returns.
   *
   * @throws ActRefused when it may not be done, or not now; nothing is written.
   */
  act: (act: Act) => Promise<Committed>;
  /** Feeds a timer's event, once. */
  fire: (timer: DueTimer) => Promise<Committed>;
}

/** Room for one send: whoever decides a turn takes it for the turn's first reply, and gives it back. */
export interface Reservation extends CommitLease {
  giveBack: () => void;
}

/** What a turn commits, beside when and under which key. */
type Turn = Plan & Pick<Commit, "fires" | "releases" | "unlessHolding">;

/** What a platform says of a customer; it begins no conversation. */
const ofPlatform: ReadonlySet<Inbound["content"]["type"]> = new Set([
  "unreachable",
  "reachable",
  "moved",
  "undelivered",
  "deleted",
] as const);

export function createReceiver(parts: {
  flow: Flow;
  store: Store;
  texts: TextLibrary;
  clock: Clock;
  log: Log;
  defaultLanguage: Language;
  /** The desks that follow conversations with a case. */
  desks?: readonly DeskName[];
  /** Whether a channel takes a message in one piece; absent where all take any. */
  fits?: (channel: ChannelName, message: Message) => boolean;
  /** Who else could do what an agent does; absent where whoever acts is alone. */
  agents?: Pick<AgentDirectory, "idsOf">;
  /** Room to send a turn's first reply as soon as it is committed, to be given back after that; absent where there is none. */
  reserve?: (channel: ChannelName) => Reservation | undefined;
  /** Called after each commit: replies and timers may wait. */
  committed: (conversationId: string) => void;
}): Receiver {
  const { flow, store, texts, clock, log, defaultLanguage, agents, committed } = parts;
  const fits = parts.fits ?? (() => true);
  const textsIn = (language: Language) => texts.in(language);
  const planned = (opened: Opened, next: Step, taken: Taken) =>
    plan(flow, opened, next, taken, textsIn, (message) =>
      fits(opened.conversation.channel, message),
    );

  return {
    async receive(inbound, how = {}) {
      const { conversationId, key, content } = inbound;
      return commitTurn(conversationId, key, (stored, moment) => {
        if (!stored && ofPlatform.has(content.type)) return undefined;
        const turn = stored
          ? decided(stored, moment, (opened) => take(opened, inbound, moment))
          : take(beginning(inbound, moment), inbound, moment);
        return { ...turn, ...how };
      });
    },

    async act(done) {
      const { key, conversationId, agent, content } = done;
      const refuse = (refusal: ActRefusal) => new ActRefused(conversationId, refusal);
      if (!isAtLeast(agent, leastRole[content.type])) throw refuse({ reason: "notAllowed" });
      const able = await agents?.idsOf(leastRole[content.type]);
      const asked = { ...done, ...(able && { able }) };
      const referred = await referredBy(store, done);
      return commitTurn(conversationId, key, (stored, moment) => {
        if (!stored) throw refuse({ reason: "noCase" });
        return decided(stored, moment, (opened) => {
          const read = flow.readAct(asked, opened.conversation, moment, referred);
          if ("refused" in read) throw refuse(read.refused);
          const { event, said } = read;
          const next = step(flow, opened.conversation.snapshot, event);
          const turn = planned(opened, next, { event, by: "agent", key, said });
          if (turn.log.some((body) => isTooLong(body, stored.channel)))
            throw refuse({ reason: "wordsMissing" });
          return turn;
        });
      });
    },

    async prompt(conversationId) {
      const stored = await store.load(conversationId);
      if (!stored || stored.flowVersion !== flow.version) return undefined;
      const message = flow.render([], stored.snapshot, textsIn(stored.language)).at(-1);
      return message && { message, revision: stored.promptedRevision };
    },

    async fire({ conversationId, id, dueAt, event: type }) {
      // With the event: two of one case's may come due in the same millisecond.
      const key = `timer:${conversationId}:${id}:${type}:${dueAt}`;
      return commitTurn(conversationId, key, (stored, moment) => {
        if (!stored) return undefined;
        const event = timerEvent({ id, event: type }, moment);
        return decided(stored, moment, (opened) => {
          const next = step(flow, opened.conversation.snapshot, event);
          const turn = planned(opened, next, { event, by: "timer", key });
          return {
            ...turn,
            fires: { id, dueAt },
            timers: [{ type: "cancel", id }, ...turn.timers],
          };
        });
      });
    },
  };

  /** Whether it is to stand in another message's place and is more than one message. */
  function isTooLong(body: LogBody, channel: ChannelName): boolean {
    return (
      body.type === "message" && body.message.replaces !== undefined && !fits(channel, body.message)
    );
  }

  /** Loads, decides and commits; decides again where another turn came first. */
  async function commitTurn(
    conversationId: string,
    key: string,
    decide: (stored: Conversation | undefined, moment: Moment) => Turn | undefined,
  ): Promise<Committed> {
    for (let attempt = 1; ; attempt++) {
      const moment = { now: clock.now(), dice: hex(clock.random(4)) };
      const first =
        attempt === 1 && decideOnOlder(await store.load(conversationId, "orOlder"), moment);
      const turn = first || decide(await store.load(conversationId), moment);
      if (!turn) return "duplicate";
      const says = turn.log.some(({ type }) => type === "message");
      const reserved = says ? parts.reserve?.(turn.conversation.channel) : undefined;
      try {
        const follows = parts.desks ?? [];
        const commit = { ...turn, handled: key, at: moment.now, follows };
        const result = await store.commit(commit, reserved);
        if (result === "committed") committed(conversationId);
        return result;
      } catch (error) {
        const lostRace = error instanceof StaleConversation || error instanceof CaseNumberTaken;
        if (!lostRace || attempt >= mostAttempts) throw error;
      } finally {
        reserved?.giveBack();
      }
    }

    /** What may be old says nothing but what a commit would confirm: no refusal, and not that there is nothing to do. */
    function decideOnOlder(stored: Conversation | undefined, moment: Moment): Turn | undefined {
      try {
        return stored && decide(stored, moment);
      } catch {
        return undefined;
      }
    }
  }

  /** A conversation on which the flow throws goes to a person: no message of it may fail for ever. */
  function decided(stored: Conversation, moment: Moment, decide: (opened: Opened) => Turn): Turn {
    try {
      return decide(open(flow, stored, moment));
    } catch (error) {
      if (error instanceof BotError) throw error;
      const code = error instanceof Error ? error.name : "unexpected";
      log.error(
        { conversation: stored.id, code },
        "a conversation can't be gone on with and goes to a person",
      );
      return decide(rescued(flow, stored, moment));
    }
  }

  function take(opened: Opened, inbound: Inbound, moment: Moment): Plan {
    const { key, address, quote, content } = inbound;
    const conversation = { ...opened.conversation, ...(address !== undefined && { address }) };
    const { event, said } = flow.readEvent(inbound, conversation, moment);
    const next = step(flow, conversation.snapshot, event);
    const by = ofPlatform.has(content.type) ? "platform" : "customer";
    const shown = said && { said: { ...said, ...(quote && { quote }) } };
    return planned({ ...opened, conversation }, next, { event, by, key, ...shown });
  }

  function beginning(
    { conversationId, channel, language = defaultLanguage }: Inbound,
    moment: Moment,
  ): Opened {
    const beganWith = flow.input(moment, language);
    const first = begin(flow, beganWith);
    return {
      conversation: {
        id: conversationId,
        channel,
        revision: 0,
        language,
        flow: flow.id,
        flowVersion: flow.version,
        snapshot: first.snapshot,
        ...flow.standingOf(first.snapshot),
        promptedRevision: 0,
      },
      steps: [first],
      log: [],
      beganWith,
    };
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
