import type { AnyStateMachine } from "xstate";
import type { Act, ActRefusal, DecisionDraft, Referred } from "./act.ts";
import type { AgentRef } from "./agent.ts";
import type { Conversation, FlowEvent, Said, Snapshot } from "./conversation.ts";
import type { Case, CaseDescription } from "./case.ts";
import type { Inbound } from "./inbound.ts";
import type { Language } from "./language.ts";
import type { DecisionBlock, Message } from "./message.ts";
import type { TextValues, Texts } from "./texts.ts";
import type { DeskTimes } from "./watch.ts";

/** What the bot can talk about: a machine and the reading and wording around it. Pure. */
export interface Flow {
  id: string;
  /** Raised with every change that older snapshots can't be opened with as they are. */
  version: number;
  machine: AnyStateMachine;
  /** `migrations[n - 1]` makes a snapshot of version n one of version n + 1. */
  migrations: readonly ((snapshot: Snapshot) => Snapshot)[];
  /** @throws when the flow can't go on from this snapshot. */
  check: (snapshot: Snapshot) => void;
  /** Begins anew with a person, for a conversation whose snapshot is lost. */
  rescue: (language: Language, moment: Moment) => Step;
  /** By which the timers of its cases are set. */
  times: DeskTimes;
  /** What the machine starts with. */
  input(moment: Moment, language: Language): unknown;
  /** The event that an inbound means where the conversation stands, and what the transcript shows of it. */
  readEvent(
    inbound: Inbound,
    conversation: Conversation,
    moment: Moment,
  ): { event: FlowEvent; said?: Said };
  /** The event that an agent's act means where the conversation stands, or why it is not carried out. */
  readAct(
    act: Act,
    conversation: Conversation,
    moment: Moment,
    referred?: Referred,
  ): { event: FlowEvent; said: Said } | { refused: ActRefusal };
  languageOf(snapshot: Snapshot): Language;
  /** Where the customer stands, for counting. */
  standingOf(snapshot: Snapshot): Pick<Conversation, "standing" | "resting">;
  /** A decision record of this flow, for people. */
  describe: (record: unknown, texts: Texts) => CaseDescription;
  /** A corrected fact as people read it, such as `Your wish – A new delivery`; undefined for an event that corrects none. */
  describeCorrection: (event: FlowEvent, texts: Texts) => string | undefined;
  /** What a sentence to this case's customer may name, by placeholder, as these texts write it; see `core/phrases.ts`. */
  phraseValues: (entry: Case, made: { by: AgentRef; at: number }, texts: Texts) => TextValues;
  /** The number of the order that a decision record is about, where it has one. */
  orderOf: (record: unknown) => string | undefined;
  /** The decision that the assessment suggests, its reasons in the language of these texts: the customer's. */
  draftDecision: (record: unknown, texts: Texts) => DecisionDraft;
  /** The formal update as the customer would read it, or why such a decision can't be made. */
  preview: (
    draft: DecisionDraft,
    made: { number: string; by: AgentRef; at: number },
    texts: Texts,
  ) => { block: DecisionBlock; needsSecond: boolean } | { refused: ActRefusal };
  /** Whether people at the desk should read at once what a customer did; all else stands in the case. */
  concernsDesk: (event: FlowEvent) => boolean;
  /** What a decision may cite. */
  clauses: (texts: Texts) => readonly { id: string; title: string }[];
  /** The messages for what the machine said, closed by the prompt of where the conversation stands now. */
  render(said: readonly SayEffect[], snapshot: Snapshot, texts: Texts): Message[];
}

/** When an event is taken, and its chance. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** 32 random bits, hex. */
  dice: string;
}

/** The orders that a flow's machine may give, as XState actions whose params are data. */
export type Effect =
  | SayEffect
  | { type: "recordAssessment"; params: { assessment: unknown } }
  | { type: "saveCase"; params: { case: Omit<Case, "conversationId" | "channel" | "dueAt"> } };

export interface SayEffect {
  type: "say";
  params: { topic: string; values?: Readonly<Record<string, unknown>> };
}

/** What one event makes of a conversation: the next state and the orders, in order. */
export interface Step {
  snapshot: Snapshot;
  effects: readonly Effect[];
  timers: readonly TimerOrder[];
}

export type TimerOrder =
  | { type: "set"; id: string; delayMs: number; event: string }
  | { type: "cancel"; id: string };

/** What was assessed in a step, in order. */
export const assessedBy = ({ effects }: Step): unknown[] =>
  effects.flatMap((effect) =>
    effect.type === "recordAssessment" ? [effect.params.assessment] : [],
  );
