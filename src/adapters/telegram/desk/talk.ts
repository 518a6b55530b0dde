import { threadOf } from "./group.ts";
import { type Bench, carryOut, type Doer, foresee, messageId, refuse } from "./bench.ts";
import type { Decisions } from "./decisions.ts";
import type { Presses } from "./presses.ts";
import type { DeskCommand, SaidInTopic } from "./read.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { Words } from "./kept.ts";
import { contentOf, type Replies, wordsKey } from "./replies.ts";
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
  const { work, keeping, voice, enclosures, texts, store, now } = bench;
  const told = new Map<string, number>();

  /** @throws when it can't be carried out now. */
  return async function take(said: SaidInTopic): Promise<void> {
    const thread = threadOf(bench.where.chatId, said.topic);
    // What people talk about in topics of their own is none of the bot's business.
    if (!said.command && !(await work.hand.caseIn("telegram", thread))) return;
    return enclosures.gather(said, takeWhole);
  };

  async function takeWhole(said: SaidInTopic): Promise<void> {
    const doer: Doer = said;
    const { command, text } = said;
    if (said.editedAt !== undefined) return changed(doer, said, said.editedAt);
    if (command) return obey(doer, said, command);
    if (await isAnswered(doer, said)) return;
    if (work.repliesAreMarked) return note(doer, said, text);
    if (text.startsWith(noteMark)) return note(doer, said, text.slice(noteMark.length));
    return send(doer, said);
  }

  async function obey(doer: Doer, said: SaidInTopic, command: DeskCommand) {
    const { messageId: message, files } = said;
    const words = said.text.trim();
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
          if (words === "" && files.length === 0) return replies.ask(doer, message, "reply");
          return work.repliesAreMarked ? draft(doer, said) : send(doer, said);
      }
    };
    const refused = await ended();
    if (refused && typeof refused === "object") refuse(bench, doer, message, refused);
    else if (command === "note") voice.nod(message);
  }

  /** With its files, once they are fetched. */
  async function withFiles(
    doer: Doer,
    { files, hasMore, messageId: message }: SaidInTopic,
    go: (kept: readonly Evidence[]) => Promise<void>,
  ): Promise<void> {
    const failed = () =>
      voice.say({
        topic: doer.topic,
        answers: message,
        spans: [{ text: texts.text("telegram:desk.again") }],
      });
    if (hasMore)
      return refuse(bench, doer, message, {
        reason: "fileRefused",
        file: texts.text("telegram:desk.attached"),
        refusal: "wrongType",
      });
    if (files.length === 0) return go([]);
    // Looked at first: whoever may not say anything has nothing fetched.
    const foreseen = await foresee(bench, doer, { type: "said", text: "0" });
    if ("reason" in foreseen) return refuse(bench, doer, message, foreseen);
    enclosures.beside(async () => {
      const kept = await enclosures.fetch(files);
      if ("reason" in kept) return refuse(bench, doer, message, kept);
      await go(kept);
    }, failed);
  }

  function draft(doer: Doer, said: SaidInTopic, isQuestion = false): Promise<void> {
    const { messageId: message, text } = said;
    return withFiles(doer, said, async (files) =>
      replies.draft(doer, message, {
        text: text.trim(),
        ...(isQuestion && { isQuestion }),
        ...(files.length > 0 && { files }),
        ...(await answered(said)),
      }),
    );
  }

  function send(doer: Doer, said: SaidInTopic): Promise<void> {
    return withFiles(doer, said, async (files) =>
      say(doer, said, { text: said.text.trim(), files, ...(await answered(said)) }),
    );
  }

  /** Which of the customer's messages it answers, where that can be told. */
  async function answered({ topic, shown }: SaidInTopic): Promise<Pick<Words, "answers">> {
    if (shown === undefined) return {};
    const thread = threadOf(bench.where.chatId, topic);
    const answers = await work.hand.heardIn("telegram", thread, shown);
    return answers === undefined ? {} : { answers };
  }

  async function say(doer: Doer, { messageId: message }: SaidInTopic, words: Words) {
    const key = wordsKey(messageId(bench, message), words);
    const refused = await carryOut(bench, doer, key, contentOf(words));
    if (refused) refuse(bench, doer, message, refused);
  }

  /** Whether it answers what the bot has asked this person for. */
  async function isAnswered(doer: Doer, said: SaidInTopic): Promise<boolean> {
    const { answers, text, messageId: message } = said;
    if (answers === undefined) return false;
    const prompt = await keeping.read("prompt", messageId(bench, answers));
    if (prompt?.by !== doer.by.userId) return false;
    const { wants, of } = prompt;
    if (wants === "reply" || wants === "question") await draft(doer, said, wants === "question");
    else await decisions.take(doer, Number(of), { wants, text, answer: message });
    // It was for this answer only.
    voice.erase(answers);
    return true;
  }

  async function note(
    doer: Doer,
    { messageId: message, files, hasMore }: SaidInTopic,
    written: string,
  ) {
    const hasFiles = hasMore ?? files.length > 0;
    const text = [written.trim(), hasFiles && `📎 ${texts.text("telegram:desk.attached")}`]
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
    const { command, messageId: message, answers } = said;
    const text = said.text.trim();
    const thread = threadOf(bench.where.chatId, said.topic);
    const key = wordsKey(messageId(bench, message), {});
    const sent = await work.hand.sentUnder("telegram", thread, key);
    if (sent !== undefined) {
      const words: Words = { text, rewords: { message: sent, at } };
      return work.repliesAreMarked ? replies.draft(doer, message, words) : say(doer, said, words);
    }
    const begun = await keeping.read("reply", messageId(bench, message));
    if (begun) {
      // Its files stay, of which an album's part brings but one.
      const { isQuestion, files, answers: heard } = begun;
      const words = {
        text,
        ...(isQuestion && { isQuestion }),
        ...(files && { files }),
        ...(heard !== undefined && { answers: heard }),
      };
      return replies.draft(doer, message, words);
    }
    const prompt =
      answers === undefined ? undefined : await keeping.read("prompt", messageId(bench, answers));
    const isOwn = prompt?.by === doer.by.userId;
    if (command === "reply" && work.repliesAreMarked) return draft(doer, said);
    if (command !== "note" && (command || isOwn || !work.repliesAreMarked)) return;
    const noteKey = `note:${messageId(bench, message)}:${at}`;
    await carryOut(bench, doer, noteKey, { type: "noted", text });
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
