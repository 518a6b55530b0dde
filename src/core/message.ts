import type { AgentRef } from "./agent.ts";
import type { Evidence } from "./evidence.ts";
import type { Language } from "./language.ts";

/**
 * One message of the bot in a form that every channel can show. All text is
 * in the customer's language and plain: never markup, whatever a customer
 * typed into it. Links are the shop's own, never a customer's.
 */
export interface Message {
  language: Language;
  blocks: readonly Block[];
  /** Empty where nothing can be pressed. */
  choices: readonly Choice[];
  /** Where the customer stands among the topic's questions; `step` counts from 1. */
  progress?: { step: number; of: number };
  /** The person of the shop who says it; absent where the bot does. */
  author?: AgentRef;
  /** The id of an earlier message in whose place it stands; without blocks that one is withdrawn. */
  replaces?: string;
  /** The key of the customer's message that it answers. */
  answers?: string;
  /** The beginning of that message, at most 200 characters. */
  quote?: string;
  /** What the message waits for beside its choices; shapes the keyboard and the placeholder of a channel. */
  awaits?: "text" | "figure" | "files";
  /** The open question, and those behind it that can be answered together with it where a channel has forms. */
  form?: readonly FormField[];
}

/** A free answer in a form; `question` is its name in the inbound that brings it. */
export interface FormField {
  question: string;
  label: string;
  awaits: "text" | "figure" | "files";
}

export type Block =
  | { type: "text"; text: string }
  /** Something did not go as the customer meant it: what is wrong and an example. */
  | { type: "notice"; text: string }
  /** Folds out below the question where a channel can do that. */
  | { type: "help"; title: string; text: string }
  | { type: "link"; label: string; url: string }
  /** The customer's private way back; each channel that has one puts the address in itself, so that it is in no log. */
  | { type: "returnLink"; label: string; text: string }
  | { type: "review"; title: string; rows: readonly ReviewRow[] }
  | AssessmentBlock
  | DecisionBlock
  | { type: "caseNumber"; label: string; number: string }
  /** Something that an agent sends. */
  | { type: "file"; file: Evidence }
  /** A text that the customer can keep as a file. */
  | { type: "document"; title: string; filename: string; text: string; downloadLabel: string };

export interface ReviewRow {
  label: string;
  value: string;
  /** The choice that changes this line, with its label for a screen reader. */
  change: Choice;
  evidence?: readonly Evidence[];
}

export interface AssessmentBlock {
  type: "assessment";
  /** Colours the edge of the card. */
  tone: "positive" | "review" | "informative";
  /** What it is, in a word or two: "Preliminary assessment". */
  heading: string;
  /** One plain sentence first. */
  summary: string;
  paragraphs: readonly string[];
  figures: readonly { label: string; value: string }[];
  whyLabel: string;
  clauses: readonly { id: string; title: string; explanation: string; url: string }[];
  policyLabel: string;
  nextLabel: string;
  /** What happens next, in order. */
  steps: readonly { label: string; state: "done" | "current" | "later" }[];
  /** Says that people verify before anything is final. */
  preliminary: string;
}

/** The formal update (clause 3): what people decided. */
export interface DecisionBlock {
  type: "decision";
  tone: "positive" | "informative";
  /** What it is, in a word or two: "Decision". */
  heading: string;
  /** One plain sentence first. */
  summary: string;
  reasonsLabel: string;
  reasons: string;
  whyLabel: string;
  clauses: AssessmentBlock["clauses"];
  policyLabel: string;
  /** What happens now. */
  next: string;
  /** How to contest it. */
  contest: string;
  /** When and by whom. */
  signature: string;
}

/** A button. */
export interface Choice {
  /** What a press sends back: `<question>:<value>` or a command; at most 48 bytes. */
  id: string;
  label: string;
  /** A heading that groups neighbouring choices; absent where there are no groups. */
  group?: string;
  /** How much room it deserves; `quiet` ones are the ways out (back, a person, …). */
  weight: "primary" | "normal" | "quiet";
  /** Stays in sight where a channel shows the choices in pages: a person is always one press away. */
  pinned?: true;
}

export const filesIn = ({ blocks }: Pick<Message, "blocks">): Evidence[] =>
  blocks.flatMap((block) => (block.type === "file" ? [block.file] : []));

/** Whether it takes an earlier message back. */
export const withdraws = ({ replaces, blocks }: Message): boolean =>
  replaces !== undefined && blocks.length === 0;

/** The text of a message whose file stands beside it. */
export const besideFiles = (message: Message): Message => ({
  ...message,
  blocks: message.blocks.filter(({ type }) => type !== "file"),
});

/** The text as a message of its own, where the earlier one can't be changed any more. */
export function asCorrection({ replaces: _, ...message }: Message, label: string): Message {
  const { blocks } = besideFiles(message);
  return { ...message, blocks: [{ type: "text", text: label }, ...blocks] };
}

/** A piece of a message's text and how it may stand out where a channel can show that. */
export interface Span {
  text: string;
  /** `aside` is help that may fold away; `words` is what a customer may have typed. */
  as?: "heading" | "label" | "aside" | "words" | "link";
  /** Of a link, the shop's own. */
  url?: string;
}

/** The message as pieces of text, in order; a channel without cards shows them as they follow each other. */
export function spansOf(message: Message): Span[] {
  // French sets a no-break space before a colon.
  const colon = message.language === "fr" ? "\u00A0: " : ": ";
  const spans = joined(
    message.blocks.map((block) => blockSpans(block, colon)),
    "\n\n",
  );
  const { author } = message;
  if (!author) return spans;
  return [{ text: spans.length > 0 ? `${author.name}\n` : author.name, as: "heading" }, ...spans];
}

/** The message as plain text, for a transcript and a screen reader's log. */
export const plainText = (message: Message): string =>
  spansOf(message)
    .map(({ text }) => text)
    .join("");

function blockSpans(block: Block, colon: string): Span[] {
  switch (block.type) {
    case "text":
    case "notice":
      return [{ text: block.text }];
    case "help":
      return [{ text: `${block.title}${colon}${block.text}`, as: "aside" }];
    case "link":
      return [{ text: `${block.label}${colon}` }, { text: block.url, as: "link", url: block.url }];
    case "returnLink":
      return [{ text: block.text }];
    case "review":
      return lines([
        [{ text: block.title, as: "heading" }],
        ...block.rows.map(({ label, value }): Span[] => [
          { text: `${label}${colon}`, as: "label" },
          { text: value, as: "words" },
        ]),
      ]);
    case "caseNumber":
      return [{ text: `${block.label}${colon}` }, { text: block.number, as: "heading" }];
    case "file":
      return [{ text: `📎 ${block.file.name}`.trim(), as: "words" }];
    case "document":
      return lines([[{ text: block.title, as: "heading" }], [{ text: block.text, as: "words" }]]);
    case "assessment":
      return assessmentSpans(block, colon);
    case "decision":
      return decisionSpans(block, colon);
  }
}

function decisionSpans(block: DecisionBlock, colon: string): Span[] {
  return lines([
    [{ text: block.heading, as: "heading" }],
    [{ text: block.summary }],
    [
      { text: `${block.reasonsLabel}${colon}`, as: "label" },
      { text: block.reasons, as: "words" },
    ],
    clauseSpans(block, colon),
    [{ text: block.next }],
    [{ text: block.contest }],
    [{ text: block.signature, as: "label" }],
  ]);
}

const clauseSpans = (
  { whyLabel, clauses }: Pick<AssessmentBlock, "whyLabel" | "clauses">,
  colon: string,
): Span[] => [
  { text: `${whyLabel}${colon}`, as: "label" },
  ...joined(
    clauses.map(({ id, title, url }): Span[] => [{ text: `${id} ${title}`, as: "link", url }]),
    " · ",
  ),
];

function assessmentSpans(block: AssessmentBlock, colon: string): Span[] {
  return lines([
    [{ text: block.heading, as: "heading" }],
    [{ text: block.summary }],
    ...block.paragraphs.map((text): Span[] => [{ text }]),
    ...block.figures.map(({ label, value }): Span[] => [
      { text: `${label}${colon}`, as: "label" },
      { text: value },
    ]),
    clauseSpans(block, colon),
    ...block.steps.map(({ state, label }): Span[] => [
      { text: `${state === "done" ? "✓" : "–"} ${label}` },
    ]),
    [{ text: block.preliminary }],
  ]);
}

const lines = (all: readonly (readonly Span[])[]): Span[] => joined(all, "\n");

const joined = (parts: readonly (readonly Span[])[], separator: string): Span[] =>
  parts.flatMap((part, index) => (index === 0 ? part : [{ text: separator }, ...part]));
