import type { CallbackQuery } from "grammy/types";
import { type ActContent, wantedThings } from "../../../core/act.ts";
import type { Refused } from "../../../ports/desk.ts";
import { type Bench, carryOut, type Doer, foresee, messageId, refusalText } from "./bench.ts";
import { button, type Press, wantedLabels } from "./controls.ts";
import type { Decisions } from "./decisions.ts";
import { threadOf } from "./group.ts";
import type { Replies } from "./replies.ts";

/** Why nothing came of a press; undefined where something did. */
type Ending = Refused | "lapsed" | "yoursAlready" | undefined;

/** What the buttons in topics do. */
export function createPresses(bench: Bench, replies: Replies, decisions: Decisions) {
  const { voice, texts, work } = bench;

  return { take, askFor, confirmClosing };

  /** Carries it out and answers it. @throws when that can't be done now. */
  async function take(doer: Doer, query: CallbackQuery, press: Press): Promise<void> {
    const ending = await carriedOut(doer, query, press);
    voice.answer(query, ending ? wordsOf(ending) : undefined);
  }

  function wordsOf(ending: NonNullable<Ending>): string {
    return typeof ending === "string"
      ? texts.text(`telegram:desk.${ending}`)
      : refusalText(ending, texts);
  }

  async function carriedOut(doer: Doer, query: CallbackQuery, press: Press): Promise<Ending> {
    const { verb, about } = press;
    const pressed = query.message?.message_id ?? 0;
    const once = (content: ActContent) => act(doer, `${verb}:${query.id}`, content);
    switch (verb) {
      case "take":
      case "takeOver":
        if (await isTheirs(doer)) return "yoursAlready";
        return once({ type: "taken", ...(verb === "takeOver" && { over: true }) });
      case "release":
        return once({ type: "released" });
      case "reopen":
        return once({ type: "reopened" });
      case "approve":
        return once({ type: "approved", seen: Number(about) });
      case "decline":
        return once({ type: "declined" });
      case "close":
        return confirmClosing(doer);
      case "ask":
        return askFor(doer);
      case "want":
        return want(doer, about, pressed);
      case "closeNow":
        return thenErase(pressed, act(doer, onceFor(pressed, verb), { type: "closed" }));
      case "reply":
        return replies.ask(doer, undefined, "reply");
      case "question":
        return thenErase(pressed, replies.ask(doer, undefined, "question"));
      case "send":
        return replies.send(doer, about);
      case "discard":
        return discard(doer, about, pressed);
      case "decide":
        return decisions.begin(doer);
      case "outcome":
        return decisions.choose(doer, about, pressed);
      case "settle":
        return decisions.settle(doer, about);
      case "reasons":
      case "amount":
        return decisions.ask(doer, about, verb);
    }
  }

  function act(doer: Doer, key: string, content: ActContent): Promise<Ending> {
    return carryOut(bench, doer, key, content);
  }

  /** A menu's buttons do one thing, however often they are pressed. */
  function onceFor(message: number, what: string): string {
    return `${what}:${messageId(bench, message)}`;
  }

  async function thenErase(message: number, ending: Promise<Ending>): Promise<Ending> {
    const ended = await ending;
    if (ended === undefined) voice.erase(message);
    return ended;
  }

  async function isTheirs({ by, topic }: Doer): Promise<boolean> {
    const thread = threadOf(bench.where.chatId, topic);
    const entry = await work.hand.caseIn("telegram", thread);
    const agent = await work.hand.agentOf("telegram", by.userId);
    return agent !== undefined && entry?.owner?.id === agent.id;
  }

  async function want(doer: Doer, about: string, pressed: number): Promise<Ending> {
    const wanted = wantedThings.find((thing) => thing === about);
    if (!wanted) return "lapsed";
    const key = onceFor(pressed, `asked-${wanted}`);
    return thenErase(pressed, act(doer, key, { type: "asked", wanted }));
  }

  /** What can be thrown away is a reply, a decision (`d…`) or a question of the bot (`menu`). */
  async function discard(doer: Doer, about: string, pressed: number): Promise<Ending> {
    if (about === "menu") {
      voice.erase(pressed);
      return undefined;
    }
    return about.startsWith("d")
      ? decisions.drop(doer, about.slice(1), pressed)
      : replies.discard(doer, about);
  }

  /** Asks what the customer is asked for. */
  async function askFor(doer: Doer): Promise<Ending> {
    const foreseen = await foresee(bench, doer, { type: "asked", wanted: wantedThings[0] });
    if ("reason" in foreseen) return foreseen;
    const { topic } = doer;
    const things = wantedThings.map((thing) => [
      button(texts.text(wantedLabels[thing]), { topic, verb: "want", about: thing }),
    ]);
    const own = button(texts.text("telegram:desk.ownQuestion"), {
      topic,
      verb: "question",
      about: "",
    });
    voice.say({
      topic,
      spans: [{ text: texts.text("console:ask.title") }],
      keyboard: [...things, [own], cancel(doer)],
    });
    return undefined;
  }

  async function confirmClosing(doer: Doer): Promise<Ending> {
    const foreseen = await foresee(bench, doer, { type: "closed" });
    if ("reason" in foreseen) return foreseen;
    const { topic } = doer;
    const close = button(texts.text("desk:button.close"), { topic, verb: "closeNow", about: "" });
    voice.say({
      topic,
      spans: [{ text: texts.text("telegram:desk.confirmClosing") }],
      keyboard: [[close, ...cancel(doer)]],
    });
    return undefined;
  }

  function cancel({ topic }: Doer) {
    return [button(texts.text("telegram:desk.cancel"), { topic, verb: "discard", about: "menu" })];
  }
}

export type Presses = ReturnType<typeof createPresses>;
