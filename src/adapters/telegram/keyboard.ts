import type { InlineKeyboardButton } from "grammy/types";
import type { Choice, Message } from "../../core/message.ts";

/** What a phone shows without scrolling far. */
const rowsOnPage = 9;
/** Of a phone's width, when two buttons share it or three. */
const pairLength = 18;
const tripleLength = 11;

/** What turns the pages, in the message's language. */
export interface KeyboardWords {
  more: string;
  back: string;
  /** Leads to the answers that can be changed. */
  change: string;
}

/** What a button sends back. */
export type Pressed = { revision: number } & ({ choice: string } | { page: number });

/**
 * The inline keyboard of a message, a page of it, with `<revision>:<choice>`
 * as data. Answers keep their order, since their number can be typed; short
 * labels share a row. The ways out come last, the shortest first.
 *
 * @param page from 0; one that is not there is the first.
 */
export function keyboardOf(
  message: Message,
  revision: number,
  words: KeyboardWords,
  page = 0,
): InlineKeyboardButton[][] {
  const button = ({ id, label }: Choice): InlineKeyboardButton => ({
    text: label,
    callback_data: `${revision}:${id}`,
  });
  const stays = ({ weight, pinned }: Choice) => weight === "quiet" || pinned === true;
  const answers = message.choices.filter((choice) => !stays(choice));
  const always = message.choices.filter(stays);
  const waysOut = rowsOf(always.toSorted((a, b) => a.label.length - b.label.length)).map((row) =>
    row.map(button),
  );
  const sheets = [
    ...chunks(rowsOf(answers), rowsOnPage),
    ...chunks(rowsOf(changesOf(message)), rowsOnPage),
  ];
  const first = chunks(rowsOf(answers), rowsOnPage).length;
  if (sheets.length < 2) return [...(sheets[0] ?? []).map((row) => row.map(button)), ...waysOut];
  const at = page < sheets.length ? page : 0;
  const turn = (to: number, text: string): InlineKeyboardButton => ({
    text,
    callback_data: `${revision}:page:${to}`,
  });
  const turns = [
    ...(at > 0 ? [turn(at - 1, `‹ ${words.back}`)] : []),
    ...(at + 1 < sheets.length
      ? [turn(at + 1, `${at + 1 === first ? words.change : words.more} ›`)]
      : []),
  ];
  return [...(sheets[at] ?? []).map((row) => row.map(button)), turns, ...waysOut];
}

/** Undefined for data that no button of ours has. */
export function readPressed(data: string): Pressed | undefined {
  const [, digits, choice = ""] = /^(\d{1,15}):(.{1,48})$/su.exec(data) ?? [];
  if (digits === undefined) return undefined;
  const revision = Number(digits);
  const [, page] = /^page:(\d{1,3})$/u.exec(choice) ?? [];
  return page === undefined ? { revision, choice } : { revision, page: Number(page) };
}

/** The lines of a review, each to be changed: by their short name, as the heading says that they are to be changed. */
const changesOf = ({ blocks }: Message): Choice[] =>
  blocks.flatMap((block) =>
    block.type === "review" ? block.rows.map(({ label, change }) => ({ ...change, label })) : [],
  );

/** Neighbours with short labels side by side. */
function rowsOf(choices: readonly Choice[]): Choice[][] {
  const rows: Choice[][] = [];
  for (const choice of choices) {
    const last = rows.at(-1);
    if (last && mayStandBeside(last, choice)) last.push(choice);
    else rows.push([choice]);
  }
  return rows;
}

function mayStandBeside(row: readonly Choice[], { label }: Choice): boolean {
  const all = [...row.map((one) => one.label.length), label.length];
  return all.length <= 3 && Math.max(...all) <= (all.length === 3 ? tripleLength : pairLength);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
