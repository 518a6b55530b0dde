import type { Evidence } from "./evidence.ts";
import type { FlowEvent, LogBody, LogEntry, Said } from "./conversation.ts";
import { deskKey, type DeskName, type DeskPost } from "./desk.ts";
import { type Message, type Span, plainText, withdraws } from "./message.ts";
import type { Texts } from "./texts.ts";

export type MessageState = "waiting" | "unknown" | "delivered" | "failed";

export interface PostFacts {
  /** What agents wrote for colleagues at this desk stands in its thread already; absent where the thread is filled anew. */
  notedAt?: DeskName;
  texts: Texts;
  /** Whether people should read at once what a customer did; all else stands on the card. */
  concernsDesk: (event: FlowEvent) => boolean;
  stateOf: (messageId: string) => MessageState;
}

/** What a thread shows of a line of the log; undefined for what it does not. The files of customers are shown by the case. */
export function postOf({ body }: LogEntry, facts: PostFacts): DeskPost | undefined {
  if (body.type === "message") return messagePost(body, facts);
  if (body.type !== "event") return undefined;
  const { by, event, key, said } = body;
  switch (by) {
    case "customer":
      return said && facts.concernsDesk(event) ? customerPost(said, facts.texts) : undefined;
    case "agent":
      if (facts.notedAt && said?.act === "noted" && key.startsWith(deskKey(facts.notedAt, "")))
        return undefined;
      return said && actPost(said, event, facts.texts);
    case "platform":
      return platformPost(event, facts.texts);
    case "timer": {
      // The conversation's thread may be another case's.
      const { caseNumber = "" } = event as FlowEvent & { caseNumber?: string };
      const words = `console:alert.${event.type}`;
      return facts.texts.has(words)
        ? line(`⏰ ${caseNumber} · ${facts.texts.text(words)}`)
        : undefined;
    }
  }
}

const line = (text: string): DeskPost => ({ spans: [{ text }], files: [] });

function customerPost(
  { text, quote, edits, files = [], refused = [] }: Said,
  texts: Texts,
): DeskPost | undefined {
  const colon = texts.language === "fr" ? "\u00A0: " : ": ";
  const marks: string[] = [
    ...(files.length > 0 ? [`📎 ${namesOf(files, texts)}`] : []),
    ...refused.map((refusal) => texts.text(`console:said.refused.${refusal}`)),
  ];
  const words = [...(text === undefined ? [] : [text]), ...marks].join("\n");
  if (words === "") return undefined;
  const spans: Span[] = [
    { text: `💬 ${texts.text("console:who.customer")}${colon}`, as: "heading" },
    ...(edits === undefined
      ? []
      : [{ text: `${texts.text("console:said.edited")}${colon}`, as: "label" as const }]),
    ...(quote ? [{ text: `« ${quote} »\n`, as: "words" as const }] : []),
    { text: words, as: "words" },
  ];
  return { spans, files: [] };
}

/** Photographs and recordings often come without a name. */
const namesOf = (files: readonly Evidence[], texts: Texts): string =>
  files.map(({ name, type }) => name || texts.text(`desk:file.${type.split("/")[0]}`)).join(", ");

/** What an agent did, on whatever desk; their words to the customer stand as the message itself. */
function actPost(
  { agent, act, text }: Said,
  { type }: FlowEvent,
  texts: Texts,
): DeskPost | undefined {
  if (!agent || !act || act === "said" || act === "reworded") return undefined;
  const { name } = agent;
  if (act === "noted")
    return {
      spans: [
        { text: `📝 ${name}\n`, as: "heading" },
        { text: text ?? "", as: "words" },
      ],
      files: [],
    };
  const key = `console:did.${type === "decision-proposed" ? "proposed" : act}`;
  if (!texts.has(key)) return undefined;
  return {
    spans: [
      { text: `• ${texts.text(key, { name })}` },
      ...(text === undefined ? [] : [{ text: ` ${text}`, as: "words" as const }]),
    ],
    files: [],
  };
}

const marks: Readonly<Record<MessageState, string>> = {
  delivered: "✓",
  waiting: "⏳",
  unknown: "⏳",
  failed: "⚠",
};

/** What people said to the customer, and how it stands with it. The bot's own questions stand on the card. */
function messagePost(
  { id, message }: LogBody & { type: "message" },
  { texts, stateOf }: PostFacts,
): DeskPost | undefined {
  const isPeoples = message.author ?? message.blocks.some(({ type }) => type === "decision");
  if (!isPeoples) return undefined;
  const state = stateOf(id);
  const told = texts.text(`desk:state.${state}`);
  if (withdraws(message)) return state === "failed" ? line(`${marks[state]} ${told}`) : undefined;
  const isReworded = message.replaces !== undefined;
  return {
    spans: [
      { text: `${marks[state]} `, as: "label" },
      ...(isReworded
        ? [{ text: `${texts.text("console:said.reworded")} · `, as: "label" as const }]
        : []),
      { text: wordsOf(message), as: "words" },
      ...(state === "delivered" ? [] : [{ text: `\n${told}`, as: "label" as const }]),
    ],
    files: [],
  };
}

const wordsOf = (message: Message): string => plainText(message);

function platformPost(event: FlowEvent, texts: Texts): DeskPost | undefined {
  const said = event as FlowEvent & { reason?: string };
  switch (event.type) {
    case "customer-unreachable":
      return line(`⚠ ${texts.text(`console:unreachable.${said.reason}`)}`);
    case "customer-reachable":
      return line(texts.text("desk:reachable"));
    case "message-deleted":
      return line(`• ${texts.text("console:said.deletes")}`);
    case "message-undelivered": {
      const known = `console:delivery.reason.${said.reason}`;
      const why = texts.has(known)
        ? texts.text(known)
        : texts.text("console:delivery.reason.other", { reason: said.reason ?? "" });
      return line(`⚠ ${texts.text("console:delivery.failed")}. ${why}`);
    }
  }
  return undefined;
}
