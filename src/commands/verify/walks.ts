import { check, nat, property, array, tuple } from "fast-check";
import type { InboundContent } from "../../core/inbound.ts";
import { languages } from "../../core/language.ts";
import { topics } from "../../../flows/refund/policy/rules.ts";
import { questions, type QuestionId } from "../../../flows/refund/questions.ts";
import { day, hour, noon, picture } from "./answers.ts";
import { contextOf, placeOf, standingOf, strandedAt } from "./dialogue.ts";
import { openLedger, type Checked } from "./findings.ts";
import { unfit } from "./fit.ts";
import type { Policy } from "./rules.ts";
import { bring, keyOf, offered, openThread, passTime, type Bot, type Thread } from "./thread.ts";
import { disagreement } from "./ways.ts";
import { plausibleWords, wrongWords } from "./texts.ts";

/** What a customer does, or how long nothing comes. */
type Deed = InboundContent | { type: "silence"; ms: number };

/** Picks one of a list by a number. */
const one = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];

const press = (thread: Thread, choice: string | undefined, older = 0): Deed => ({
  type: "pressed",
  choice: choice ?? "back",
  revision: thread.conversation.promptedRevision - older,
});

/** What brings a dialogue on: an answer, a topic, a confirmation. */
function forward(thread: Thread, n: number): Deed {
  const { place, question } = standingOf(thread.conversation);
  if (question !== undefined) return answer(thread, question, n);
  const words = plausibleWords[place as keyof typeof plausibleWords];
  const buttons: Readonly<Record<string, readonly string[]>> = {
    choosingTopic: topics.map((topic) => `topic:${topic}`),
    reviewing: ["confirm"],
    confirmingWithdrawal: ["confirmWithdrawal"],
  };
  if (words && n % 4 === 0) return { type: "text", text: one(words, n) ?? "" };
  const button = one(buttons[place] ?? offered(thread.messages).map(({ id }) => id), n);
  return press(thread, button);
}

function answer(thread: Thread, question: QuestionId, n: number): Deed {
  const { kind, choices } = questions[question];
  if (kind === "files" && n % 2 === 0)
    return {
      type: "files",
      files: [picture(n)],
      ...(n % 3 === 0 && { caption: "la capture d’écran demandée" }),
    };
  const words = plausibleWords[kind as keyof typeof plausibleWords];
  if (words && n % 3 !== 0) return { type: "text", text: one(words, n) ?? "" };
  return press(thread, `${question}:${one<string>(choices, n)}`);
}

/** What customers do, each so many times of a hundred. */
const deeds: readonly (readonly [times: number, make: (thread: Thread, n: number) => Deed])[] = [
  [54, forward],
  [6, (thread, n) => press(thread, one(offered(thread.messages), n)?.id)],
  [5, (thread) => press(thread, "back")],
  [
    4,
    (thread, n) =>
      press(thread, `change:${one(contextOf(thread.conversation).path, n) ?? "orderNumber"}`),
  ],
  [7, (_, n) => ({ type: "text", text: one(wrongWords, n) ?? "" })],
  [4, (thread, n) => press(thread, one(allChoices, n), n % 3)],
  [4, (_, n) => ({ type: "pressed", choice: `language:${one(languages, n)}`, revision: 0 })],
  [
    4,
    (_, n) => ({
      type: "files",
      files: Array.from({ length: 1 + (n % 3) }, (__, k) => picture(k)),
    }),
  ],
  [3, (thread, n) => ({ type: "form", answers: form(thread, n) })],
  [
    2,
    (thread, n) => ({
      type: "edited",
      of: keyOf(1 + (n % Math.max(1, thread.conversation.revision))),
      text: one(Object.values(plausibleWords).flat(), n) ?? "",
    }),
  ],
  [3, (_, n) => ({ type: "silence", ms: one([hour, 13 * hour, day + 1, 8 * day], n) ?? hour })],
  [4, (_, n) => ({ type: "text", text: one(commands, n) ?? "" })],
];

const allChoices = Object.entries(questions).flatMap(([question, { choices }]) =>
  choices.map((choice) => `${question}:${choice}`),
);

const commands = [
  "statut",
  "hjälp",
  "another problem",
  "je conteste",
  "lägg till",
  "start over",
  "tillbaka",
  "min länk",
  "in english",
  "une personne",
  "Jag ångrar köpet",
  "Quel est le délai de rétractation ?",
];

function form({ conversation }: Thread, n: number): Record<string, string> {
  const { question } = standingOf(conversation);
  return {
    orderNumber: "48213",
    ordered: "1000",
    delivered: String(n % 1200),
    ...(question && { [question]: "unknown" }),
  };
}

const deedOf = (thread: Thread, die: number, n: number): Deed => {
  let left = die;
  for (const [times, make] of deeds) {
    if (left < times) return make(thread, n);
    left -= times;
  }
  return forward(thread, n);
};

/** Where a walk may end: with an assessment, or with people. */
const isEnd = ({ conversation }: Thread): boolean =>
  contextOf(conversation).assessment !== undefined;

/** Longer than any way through a topic and the questions behind it. */
const mostTurns = 60;

/**
 * Walks of customers who do whatever customers do. Each, driven on at its
 * end, comes to an assessment or a person; at every assessment the rules say
 * the same; every message fits. A walk that fails is told in its shortest form.
 */
export function checkWalks(
  bot: Bot,
  rules: Policy["rules"],
  { seed = 1, walks = 10_000 } = {},
): Checked {
  const ledger = openLedger();
  const count = { turns: 0, assessments: 0 };
  const walk = (steps: readonly (readonly [number, number])[], told: string[]): void => {
    let thread = openThread(bot, languages[steps.length % languages.length] ?? "fr", noon);
    const go = (deed: Deed): void => {
      told.push(tell(deed));
      const before = thread;
      thread = deed.type === "silence" ? passTime(bot, thread, deed.ms) : bring(bot, thread, deed);
      count.turns++;
      const broken = brokenBy(bot, rules, before, thread, count);
      if (broken) throw new Error(broken);
    };
    for (const [die, n] of steps) go(deedOf(thread, die, n));
    for (let turn = 0; !isEnd(thread); turn++) {
      if (turn > mostTurns)
        throw new Error(`${placeOf(thread.conversation)} leads to no assessment and no person`);
      // By whatever answers: the odd numbers press, the others write.
      go(forward(thread, 3 * turn));
    }
  };
  const result = check(
    property(
      array(tuple(nat(99), nat(9999)), { minLength: 1, maxLength: 16, size: "max" }),
      (steps) => walk(steps, []),
    ),
    { seed, numRuns: walks, endOnFailure: false },
  );
  if (result.failed) {
    const told: string[] = [];
    try {
      walk(result.counterexample?.[0] ?? [], told);
    } catch (error) {
      ledger.broken("every walk ends as the rules say", (error as Error).message, shortened(told));
    }
  }
  return {
    figures: {
      "random walks": result.numRuns,
      turns: count.turns,
      "assessments compared": count.assessments,
    },
    findings: ledger.findings(),
    warnings: [],
  };
}

function brokenBy(
  bot: Bot,
  rules: Policy["rules"],
  before: Thread,
  { conversation, messages, effects, event }: Thread,
  count: { assessments: number },
): string | undefined {
  const { machine } = bot.flow;
  const stranded = strandedAt(machine, conversation);
  if (stranded !== undefined) return stranded;
  const open = contextOf(before.conversation).case;
  if (event.type === "person-asked" && open && contextOf(conversation).case?.number !== open.number)
    return "a second case is opened beside the open one";
  const misfit = messages.flatMap(unfit)[0];
  if (misfit !== undefined) return misfit;
  if (!effects.some(({ type }) => type === "recordAssessment")) return undefined;
  count.assessments++;
  const ledger = openLedger();
  disagreement(conversation, rules, ledger, "");
  const [found] = ledger.findings();
  return found && `${found.promise}: ${found.what}`;
}

/** What is done over and over is told once. */
const shortened = (told: readonly string[]): string =>
  told.filter((deed, index) => deed !== told[index - 1]).join(" → ");

function tell(deed: Deed): string {
  switch (deed.type) {
    case "pressed":
      return `presses ${deed.choice}`;
    case "text":
      return `writes “${deed.text.slice(0, 40)}”`;
    case "files":
      return `sends ${deed.files.length} files`;
    case "form":
      return `fills in ${Object.keys(deed.answers).join(", ")}`;
    case "edited":
      return `edits ${deed.of} to “${deed.text.slice(0, 40)}”`;
    case "silence":
      return `is silent for ${deed.ms / hour} h`;
    case "started":
      return "starts";
    case "command":
      return `asks for ${deed.command}`;
    case "unsupported":
      return `sends a ${deed.kind}`;
    case "deleted":
      return `deletes ${deed.of}`;
    case "unreachable":
    case "reachable":
    case "moved":
    case "undelivered":
      return `is ${deed.type}`;
  }
}
