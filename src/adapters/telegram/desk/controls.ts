import type { InlineKeyboardButton } from "grammy/types";
import type { WantedThing } from "../../../core/act.ts";
import type { Deed } from "../../../core/desk.ts";

/** What the buttons of the desk's own messages do, beside the card's. */
export type Verb =
  | Deed
  | "send"
  | "discard"
  | "want"
  | "question"
  | "outcome"
  | "settle"
  | "reasons"
  | "amount"
  | "closeNow";

/** A button that was pressed. `about` is what it is bound to: a revision, a message, a choice. */
export interface Press {
  /** The topic's number: a message of long ago comes without it. */
  topic: number;
  verb: Verb;
  about: string;
}

const verbs: ReadonlySet<string> = new Set<Verb>([
  "take",
  "takeOver",
  "reply",
  "ask",
  "decide",
  "release",
  "close",
  "reopen",
  "approve",
  "decline",
  "send",
  "discard",
  "want",
  "question",
  "outcome",
  "settle",
  "reasons",
  "amount",
  "closeNow",
]);

/** `desk:<topic>:<verb>:<about>`, far below Telegram's 64 bytes. */
export const button = (text: string, { topic, verb, about }: Press): InlineKeyboardButton => ({
  text,
  callback_data: `desk:${topic}:${verb}:${about}`,
});

/** Undefined for what no button of ours sends. */
export function readPress(data: string): Press | undefined {
  const [, topic, verb = "", about = ""] = /^desk:(\d{1,15}):(\w+):([\w:-]*)$/u.exec(data) ?? [];
  if (topic === undefined || !verbs.has(verb)) return undefined;
  return { topic: Number(topic), verb: verb as Verb, about };
}

/** Telegram takes no addresses in buttons that only this machine knows. */
export const link = (text: string, url: string): InlineKeyboardButton[] =>
  url.startsWith("https://") ? [{ text, url }] : [];

export const wantedLabels: Readonly<Record<WantedThing, string>> = {
  screenshot: "console:ask.screenshot",
  profileLink: "console:ask.profileLink",
  timestamp: "console:ask.timestamp",
};
