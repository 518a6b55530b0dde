import { threadOf } from "./group.ts";
import { type Bench, carryOut, type Doer, messageId, refuse } from "./bench.ts";
import type { Decisions } from "./decisions.ts";
import type { Presses } from "./presses.ts";
import type { DeskCommand, SaidInTopic } from "./read.ts";
import type { Replies } from "./replies.ts";
import { cardMark, type NotedCard } from "./topics.ts";

/** Whoever may do nothing here is told so now and then, not at every word. */
const remindEveryMs = 600_000;
const mostRemembered = 1000;
const noteMark = "//";

/** What agents write in topics: commands, answers to what the bot asked for, and notes for colleagues. */
export function createTalk(
  bench: Bench,
  { replies, decisions, presses }: { replies: Replies; decisions: Decisions; presses: Presses },
) {
  const { work, keeping, voice, texts, store, now } = bench;
  const told = new Map<string, number>();

  /** @throws when it can't be carried out now. */
  return async function take(said: SaidInTopic): Promise<void> {
    const doer: Doer = said;
    const { command, messageId: message, text } = said;
    const thread = threadOf(bench.where.chatId, said.topic);
    // What people talk about in topics of their own is none of the bot's business.
    if (!command && !(await work.hand.caseIn("telegram", thread))) return;
    if (said.editedAt !== undefined) return changed(doer, said, said.editedAt);
    if (command) return obey(doer, command, text, message);
    if (await isAnswered(doer, said)) return;
    if (work.repliesAreMarked) return note(doer, said, text);
    if (text.startsWith(noteMark)) return note(doer, said, text.slice(noteMark.length));
    return send(doer, message, text);
  };

  async function obey(doer: Doer, command: DeskCommand, text: string, message: number) {
    const words = text.trim();
    const key = `${command}:${messageId(bench, message)}`;
    const ended = async () => {
      switch (command) {
        case "take":
          return carryOut(bench, doer, key, { type: "taken" });
        case "release":
          return carryOut(bench, doer, key, { type: "released" });
        case "reopen":
          return carryOut(bench, doer, key, { type: "reopened" });
        case "close":
          return presses.confirmClosing(doer);
        case "ask":
          return presses.askFor(doer);
        case "decide":
          return decisions.begin(doer);
        case "note":
          return carryOut(bench, doer, key, { type: "noted", text: words });
        case "case":
          return pointOut(doer, message);
        case "reply":
          if (words === "") return replies.ask(doer, message, "reply");
          if (!work.repliesAreMarked) return send(doer, message, words);
          return replies.draft(doer, message, words);
      }
    };
    const refused = await ended();
    if (refused && typeof refused === "object") refuse(bench, doer, message, refused);
    else if (command === "note") voice.nod(message);
  }

  async function send(doer: Doer, message: number, text: string): Promise<void> {
    const key = `said:${messageId(bench, message)}`;
    const refused = await carryOut(bench, doer, key, { type: "said", text });
    if (refused) refuse(bench, doer, message, refused);
  }

  /** Whether it answers what the bot has asked this person for. */
  async function isAnswered(doer: Doer, { answers, text, messageId: message }: SaidInTopic) {
    if (answers === undefined) return false;
    const prompt = await keeping.read("prompt", messageId(bench, answers));
    if (prompt?.by !== doer.by.userId) return false;
    const { wants, of } = prompt;
    if (wants === "reply" || wants === "question")
      await replies.draft(doer, message, text, wants === "question");
    else await decisions.take(doer, Number(of), { wants, text, answer: message });
    return true;
  }

  async function note(doer: Doer, { messageId: message, kind }: SaidInTopic, written: string) {
    const text = [written.trim(), kind && `📎 ${texts.text("telegram:desk.attached")}`]
      .filter(Boolean)
      .join("\n");
    const key = `note:${messageId(bench, message)}`;
    const refused = await carryOut(bench, doer, key, { type: "noted", text });
    if (!refused) return voice.nod(message);
    const who = `${doer.topic}:${doer.by.userId}:${refused.reason}`;
    if (now() - (told.get(who) ?? -Infinity) < remindEveryMs) return;
    if (told.size > mostRemembered) told.clear();
    told.set(who, now());
    refuse(bench, doer, message, refused);
  }

  /** Other words for what was written before. */
  async function changed(doer: Doer, said: SaidInTopic, at: number): Promise<void> {
    const { command, text, messageId: message, answers } = said;
    if (command === "reply" && work.repliesAreMarked && text.trim() !== "")
      return replies.draft(doer, message, text.trim());
    const prompt =
      answers === undefined ? undefined : await keeping.read("prompt", messageId(bench, answers));
    if (prompt?.by === doer.by.userId && (prompt.wants === "reply" || prompt.wants === "question"))
      return replies.draft(doer, message, text, prompt.wants === "question");
    const isNote = command === "note" || (!command && work.repliesAreMarked);
    if (!isNote) return;
    const key = `note:${messageId(bench, message)}:${at}`;
    await carryOut(bench, doer, key, { type: "noted", text: text.trim() });
  }

  /** Answers the card, which a client leads to. */
  async function pointOut({ topic }: Doer, message: number): Promise<undefined> {
    const thread = threadOf(bench.where.chatId, topic);
    const entry = await work.hand.caseIn("telegram", thread);
    const noted = await store.readMark(cardMark(thread));
    const card = noted === undefined ? undefined : (JSON.parse(noted) as NotedCard);
    const key = entry ? "telegram:desk.card" : "desk:refused.noThread";
    const values = { number: entry?.number ?? "" };
    voice.say({
      topic,
      answers: entry && card ? card.message : message,
      spans: [{ text: texts.text(key, entry ? values : {}) }],
    });
  }
}
