import type { AnyStateMachine, AnyStateNode } from "xstate";
import type { FlowEvent } from "../../core/conversation.ts";
import { languages, type Language } from "../../core/language.ts";
import { topics } from "../../../flows/refund/policy/rules.ts";
import { noon } from "./answers.ts";
import {
  contextOf,
  isPassed,
  openOn,
  placeOf,
  standingOf,
  strandedAt,
  take,
  type Dialogue,
} from "./dialogue.ts";
import { aimed, payloads } from "./events.ts";
import { openLedger, type Checked, type Ledger } from "./findings.ts";
import { bring, offered, threadAt, type Bot, type Thread } from "./thread.ts";

/**
 * Nobody can be stranded: every state is reached, from every one where the
 * customer is waited for a person, the way back and a new start can be had,
 * and no event throws in any of them.
 *
 * @param turns dialogues to start from, such as those of `walkWays`.
 */
export function checkMachine(
  bot: Bot,
  turns: readonly Dialogue[],
): Checked & { stands: Dialogue[]; outcomes: Dialogue[] } {
  const ledger = openLedger();
  const all = standsFrom(bot, turns, ledger);
  checkReachable(bot.flow.machine, all, ledger);
  checkTopics(bot, topics, ledger);
  // How long nothing came makes no difference to what can be done.
  const stands = all.filter(
    ({ snapshot }) => (snapshot.value as { silence: string }).silence === "fresh",
  );
  checkWaysOut(bot, stands, ledger);
  const outcomes = checkEvents(bot, stands, ledger);
  return {
    stands,
    outcomes,
    figures: {
      states: statesOf(bot.flow.machine.root).length,
      "places a customer stands in": new Set(stands.map(placeOf)).size,
      "events tried in them": outcomes.length,
    },
    findings: ledger.findings(),
    warnings: [],
  };
}

/** What tells two stands in the same place apart for what can be done there. */
function kindOf(dialogue: Dialogue): string {
  const { topic, case: open, discarded, changing, pastCases, evidence } = contextOf(dialogue);
  const { silence } = dialogue.snapshot.value as { silence: unknown };
  const { place, owned } = standingOf(dialogue);
  // Whatever comes in is for the agent.
  if (owned) return `owned ${placeOf(dialogue)} ${String(silence)}`;
  const flags = [topic, open, discarded, changing].map((thing) => thing !== undefined);
  return JSON.stringify([
    placeOf(dialogue),
    silence,
    ...flags,
    open?.contested,
    // What people have done with the case makes a difference to its status only.
    ...(place === "ready"
      ? [open?.closed, open?.satisfactionAsked, open?.decision !== undefined]
      : []),
    pastCases.length > 0,
    evidence.length > 0,
  ]);
}

/** One dialogue of each kind that can be come to from the given ones by pressing what is offered and by letting time pass. */
export function standsFrom(bot: Bot, turns: readonly Dialogue[], ledger: Ledger): Dialogue[] {
  const { machine } = bot.flow;
  const stands = new Map<string, Dialogue>();
  const queue = [openOn(machine), ...turns];
  const timers = machine.events.filter((type) => type.startsWith("xstate.after."));
  for (let dialogue = queue.shift(); dialogue; dialogue = queue.shift()) {
    const kind = kindOf(dialogue);
    if (stands.has(kind)) continue;
    stands.set(kind, dialogue);
    const at = placeOf(dialogue);
    attempt(ledger, at, () => {
      const thread = standingThread(bot, dialogue, "fr");
      const presses = offered(thread.messages).map(({ id }) => press(bot, thread, id).event);
      const written = [...payloads.contested, ...payloads["email-given"]];
      const unasked = ["started-over", "withdrawal-asked", ...timers].map((type) => ({ type }));
      const acts = [...payloads.taken, ...payloads.decided, ...payloads["case-closed"]];
      const others = [...written, ...unasked, ...acts].map((event) => ({
        ...aimed(event, contextOf(dialogue)),
        at: noon,
        dice: "1",
      }));
      for (const event of [...presses, ...others]) queue.push(take(machine, dialogue, event));
    });
  }
  return [...stands.values()];
}

/** The prompt of where a dialogue stands, as a thread in which it can be answered. */
function standingThread(bot: Bot, { snapshot }: Dialogue, language: Language): Thread {
  const context = { ...contextOf({ snapshot }), language };
  const thread = threadAt(bot, { ...snapshot, context }, language, noon);
  return {
    ...thread,
    messages: bot.flow.render([], thread.conversation.snapshot, bot.texts.in(language)),
  };
}

const press = (bot: Bot, thread: Thread, choice: string) =>
  bring(bot, thread, { type: "pressed", choice, revision: thread.conversation.promptedRevision });

function attempt(ledger: Ledger, where: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    ledger.broken("no event throws", String(error), where);
  }
}

function statesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(statesOf)];
}

/** By its arrows every state can be come to; by its guards too, where it is waited in. */
export function checkReachable(
  machine: AnyStateMachine,
  stands: readonly Dialogue[],
  { broken }: Ledger,
): void {
  const pointedAt = new Set<string>();
  const enter = (node: AnyStateNode): void => {
    if (pointedAt.has(node.id)) return;
    pointedAt.add(node.id);
    if (node.parent) enter(node.parent);
    const inside =
      node.type === "parallel" ? Object.values(node.states) : (node.initial?.target ?? []);
    // The graph of xstate/graph leaves out the eventless arrows, which are most of ours.
    const arrows = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
    for (const next of [...inside, ...arrows.flatMap(({ target }) => target ?? [])]) enter(next);
  };
  enter(machine.root);

  const stoodIn = new Set(stands.flatMap(({ snapshot }) => pathsOf(snapshot.value)));
  for (const node of statesOf(machine.root)) {
    const path = node.path.join(".");
    if (!pointedAt.has(node.id)) broken("every state is reached", `nothing leads to ${path}`, path);
    else if (node.type === "atomic" && !isPassed(node) && !stoodIn.has(path))
      broken("every state is reached", `nobody ever stands in ${path}`, path);
  }
}

/** The leaves of a state's value, as dotted paths. */
function pathsOf(value: unknown, above: readonly string[] = []): string[] {
  if (typeof value === "string") return [[...above, value].join(".")];
  return Object.entries(value as object).flatMap(([key, inner]) => pathsOf(inner, [...above, key]));
}

/** Where a conversation begins, every topic has a button that brings it. */
export function checkTopics(bot: Bot, all: readonly string[], ledger: Ledger): void {
  const where = "choosingTopic";
  attempt(ledger, where, () => {
    const thread = standingThread(bot, openOn(bot.flow.machine), "fr");
    const buttons = new Set(offered(thread.messages).map(({ id }) => id));
    for (const topic of all) {
      const id = `topic:${topic}`;
      const promise = "every topic can be chosen";
      if (!buttons.has(id))
        ledger.broken(promise, `no button brings ${topic}: put it into topicGroups`, where);
      else if (contextOf(press(bot, thread, id).conversation).topic !== topic)
        ledger.broken(promise, `the button of ${topic} does not bring it`, where);
    }
  });
}

/** What must be had from everywhere: by these words and by a button. */
const waysOut: readonly {
  name: string;
  words: Record<Language, string>;
  /** Whether a turn brought it. */
  had: (before: Thread, after: Thread) => boolean;
  /** How many buttons it may take. */
  presses: number;
  /** Buttons that stand in no message of their own. */
  always: readonly string[];
  /** Where there is nothing to have. */
  spared: (before: Dialogue) => boolean;
}[] = [
  {
    name: "a person",
    words: { fr: "je voudrais parler à une personne", sv: "en människa", en: "a person" },
    had: (_, after) => contextOf(after.conversation).case !== undefined,
    presses: 1,
    always: ["person"],
    spared: () => false,
  },
  {
    name: "the way back",
    words: { fr: "retour", sv: "tillbaka", en: "back" },
    had: (before, after) => after.event.type === "went-back" && isAnother(before, after),
    presses: 1,
    always: [],
    // Before the first topic and at an open case nothing lies behind.
    spared(before) {
      const { place, context } = standingOf(before);
      return place === "ready" || (place === "choosingTopic" && context.topic === undefined);
    },
  },
  {
    name: "a new start",
    words: { fr: "recommencer", sv: "börja om", en: "start over" },
    had: (_, { conversation }) =>
      standingOf(conversation).place === "choosingTopic" &&
      contextOf(conversation).topic === undefined,
    presses: 2,
    always: [],
    spared: () => false,
  },
];

/** The customer stands elsewhere, or another question or answer counts. */
function isAnother(before: Thread, after: Thread): boolean {
  const of = ({ conversation }: Thread) => {
    const { answers, path } = contextOf(conversation);
    return JSON.stringify([placeOf(conversation), answers, path]);
  };
  return of(before) !== of(after);
}

/** By word in every language and by button, from every stand. */
export function checkWaysOut(bot: Bot, stands: readonly Dialogue[], ledger: Ledger): void {
  // Where an agent has the thread, a person is there already.
  for (const stand of stands.filter((one) => !standingOf(one).owned))
    for (const language of languages) checkWaysOutOf(bot, stand, language, ledger);
}

function checkWaysOutOf(bot: Bot, stand: Dialogue, language: Language, ledger: Ledger): void {
  const place = placeOf(stand);
  attempt(ledger, place, () => {
    const thread = standingThread(bot, stand, language);
    for (const { name, words, had, presses, always, spared } of waysOut) {
      if (spared(stand) || had(thread, thread)) continue;
      const promise = `${name} can be had from everywhere`;
      const asked = bring(bot, thread, { type: "text", text: words[language] });
      if (!had(thread, asked))
        ledger.broken(promise, `“${words[language]}” does not bring ${name} in ${place}`, place);
      const pressed = (from: Thread, left: number): boolean =>
        [...offered(from.messages).map(({ id }) => id), ...always].some((id) => {
          const next = press(bot, from, id);
          return had(from, next) || (left > 1 && pressed(next, left - 1));
        });
      if (!pressed(thread, presses))
        ledger.broken(promise, `no button brings ${name} in ${place}`, place);
    }
  });
}

/** Every event in every stand, in season or not: none throws, strands or gives an open case away. */
export function checkEvents(bot: Bot, stands: readonly Dialogue[], ledger: Ledger): Dialogue[] {
  const { flow, texts } = bot;
  const timers: FlowEvent[] = flow.machine.events
    .filter((type) => type.startsWith("xstate.after."))
    .map((type) => ({ type, at: noon, dice: "1" }));
  const unknown: FlowEvent = { type: "nobody-knows-this", at: noon, dice: "1" };
  const events = [...Object.values(payloads).flat(), ...timers, unknown];
  const outcomes: Dialogue[] = [];
  for (const stand of stands)
    for (const event of events) {
      const where = `${event.type} in ${placeOf(stand)}`;
      attempt(ledger, where, () => {
        const next = take(flow.machine, stand, aimed(event, contextOf(stand)));
        outcomes.push(next);
        const stranded = strandedAt(flow.machine, next);
        if (stranded !== undefined) ledger.broken("nobody is stranded", stranded, where);
        const said = next.effects.filter((effect) => effect.type === "say");
        const messages = flow.render(said, next.snapshot, texts.in("fr"));
        if (standingOf(next).owned && !("agent" in event) && messages.length > 0)
          ledger.broken(
            "the bot is silent while an agent has the thread",
            `the bot speaks at ${event.type}`,
            where,
          );
        const open = contextOf(stand).case;
        const asked = event.type === "person-asked" && open !== undefined;
        if (asked && contextOf(next).case?.number !== open.number)
          ledger.broken(
            "a person is asked for once",
            "a second case is opened beside the open one",
            where,
          );
      });
    }
  return outcomes;
}
