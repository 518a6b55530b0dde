import type { CaseStatus } from "./case.ts";
import type { Evidence } from "./evidence.ts";
import type { Language } from "./language.ts";
import type { Span } from "./message.ts";

/** Where agents work beside the console: forums, with a thread for each case. */
export const deskNames = ["telegram", "discord"] as const;

export type DeskName = (typeof deskNames)[number];

/** What a card's buttons offer; each is a locale key under `desk:button`. */
export const deeds = [
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
] as const;

export type Deed = (typeof deeds)[number];

/** A case at the head of its thread, kept up to date in place. Plain text: never markup, whatever a customer typed into it. */
export interface DeskCard {
  number: string;
  /** Of the thread, at most 100 characters. */
  title: string;
  status: CaseStatus;
  urgent: boolean;
  spans: readonly Span[];
  /** Since when it waits for the shop or the customer; absent where it is closed. */
  waitingSince?: number;
  /** What can be done now, in order. */
  deeds: readonly Deed[];
  /** Of the facts that it shows: what an approval rests on. */
  factsRevision: number;
  /** The case's page in the console. */
  url: string;
  language: Language;
}

/** What is put into a thread at once. Either may be empty, not both. */
export interface DeskPost {
  spans: readonly Span[];
  files: readonly Evidence[];
}

/** The key of an act that was done at a desk: begins with the desk's own prefix. */
export const deskKey = (desk: DeskName, key: string): string => `desk:${desk}:${key}`;

/** How many characters a post has. */
export const lengthOf = ({ spans }: Pick<DeskPost, "spans">): number =>
  spans.reduce((length, { text }) => length + text.length, 0);

/** The spans in parts of at most so many characters, for a platform that takes no more at once. */
export function partsOf(spans: readonly Span[], longest: number): Span[][] {
  const parts: Span[][] = [[]];
  let room = longest;
  for (const span of spans) {
    let rest = span.text;
    while (rest.length > 0) {
      const end = wholeUpTo(rest, room);
      if (end > 0) parts.at(-1)?.push({ ...span, text: rest.slice(0, end) });
      rest = rest.slice(end);
      room -= end;
      if (rest.length > 0) {
        parts.push([]);
        room = longest;
      }
    }
  }
  return parts.filter((part) => part.length > 0);
}

/** Where to cut so that no character of two code units is halved. */
function wholeUpTo(text: string, most: number): number {
  if (text.length <= most) return text.length;
  const last = text.charCodeAt(most - 1);
  return last >= 0xd8_00 && last < 0xdc_00 ? most - 1 : most;
}
