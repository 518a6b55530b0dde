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
  /** What the message waits for beside its choices; shapes the keyboard and the placeholder of a channel. */
  awaits?: "text" | "figure" | "files";
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
  | { type: "caseNumber"; label: string; number: string }
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

/** A button. */
export interface Choice {
  /** What a press sends back: `<question>:<value>` or a command; at most 64 bytes. */
  id: string;
  label: string;
  /** A heading that groups neighbouring choices; absent where there are no groups. */
  group?: string;
  /** How much room it deserves; `quiet` ones are the ways out (back, a person, …). */
  weight: "primary" | "normal" | "quiet";
}

/** The message as plain text lines, for a channel without cards, a transcript and a screen reader's log. */
export function plainText(message: Message): string {
  // French sets a no-break space before a colon.
  const colon = message.language === "fr" ? "\u00A0: " : ": ";
  return message.blocks.map((block) => plainBlock(block, colon)).join("\n\n");
}

function plainBlock(block: Block, colon: string): string {
  switch (block.type) {
    case "text":
    case "notice":
      return block.text;
    case "help":
      return `${block.title}${colon}${block.text}`;
    case "link":
      return `${block.label}${colon}${block.url}`;
    case "returnLink":
      return block.text;
    case "review":
      return [block.title, ...block.rows.map((row) => `${row.label}${colon}${row.value}`)].join(
        "\n",
      );
    case "caseNumber":
      return `${block.label}${colon}${block.number}`;
    case "document":
      return `${block.title}\n${block.text}`;
    case "assessment":
      return [
        block.heading,
        block.summary,
        ...block.paragraphs,
        ...block.figures.map((figure) => `${figure.label}${colon}${figure.value}`),
        `${block.whyLabel}${colon}${block.clauses.map((clause) => `${clause.id} ${clause.title}`).join(" · ")}`,
        ...block.steps.map((step) => `${step.state === "done" ? "✓" : "–"} ${step.label}`),
        block.preliminary,
      ].join("\n");
  }
}
