import type { AnyStateMachine } from "xstate";
import { knownOf } from "../../../flows/refund/context.ts";
import {
  domains,
  factNames,
  readFact,
  readFacts,
  type Facts,
} from "../../../flows/refund/facts.ts";
import { opensCase, topics, type Outcome, type Topic } from "../../../flows/refund/policy/rules.ts";
import { questions, type QuestionId } from "../../../flows/refund/questions.ts";
import { answersBy, type Meaning } from "./answers.ts";
import { contextOf, openOn, standingOf, strandedAt, take, type Dialogue } from "./dialogue.ts";
import { openLedger, type Checked, type Ledger } from "./findings.ts";
import { onlyRow, type Policy } from "./rules.ts";

/** They size what comes back, or tell people what they need, without changing the row. */
const figuresOnly = new Set<QuestionId>([
  "ordered",
  "dropNoticed",
  "countAtStart",
  "countNow",
  "gone",
  "deliveryEnd",
  "chargedAt",
  "description",
]);

/** One way through a topic, from the choice of it to where nothing more is asked. */
export interface Way {
  topic: Topic;
  end: Dialogue;
  /** What was answered, in order. */
  trail: readonly string[];
}

export interface Ways {
  ways: Way[];
  /** Every dialogue that was stood in on the ways, ends included. */
  turns: Dialogue[];
}

/** Topics that are asked anything before an end is reached. */
export const askedTopics = topics.filter((topic) => topic !== "human");

/** Every way through the topics, with every answer that may lead elsewhere. */
export function walkWays(
  machine: AnyStateMachine,
  ledger: Ledger,
  chosen: readonly Topic[] = askedTopics,
): Ways {
  const ways: Way[] = [];
  const turns: Dialogue[] = [];
  for (const topic of chosen) {
    const begun = takeOr(
      machine,
      openOn(machine),
      { type: "topic-chosen", topic },
      [topic],
      ledger,
    );
    if (begun) rowsBehind(begun, [topic], []);

    function rowsBehind(
      dialogue: Dialogue,
      trail: readonly string[],
      asked: readonly QuestionId[],
    ): Set<string | undefined> {
      turns.push(dialogue);
      const { place, question, context } = standingOf(dialogue);
      if (place === "reviewing" && !context.confirmed) {
        const next = takeOr(machine, dialogue, { type: "confirmed" }, trail, ledger);
        return next ? rowsBehind(next, [...trail, "confirmed"], asked) : new Set();
      }
      if (place !== "asking" || !question) {
        ways.push({ topic, end: dialogue, trail });
        return new Set([context.rule]);
      }
      if (asked.includes(question)) {
        ledger.broken(
          "every answer leads on",
          `${question} is asked again at once`,
          trail.join(" → "),
        );
        return new Set();
      }
      // What is asked beside the facts changes nothing that is decided: one answer each.
      const beside = context.rule !== undefined || question === "orderNumber";
      const behind = new Set(
        answersBy(question)
          .slice(0, beside ? 1 : undefined)
          .flatMap((answer) => {
            const on = [...trail, shown(question, answer)];
            const next = takeOr(machine, dialogue, answer, on, ledger);
            return next ? [...rowsBehind(next, on, [...asked, question])] : [];
          }),
      );
      if (!beside && !figuresOnly.has(question) && behind.size < 2)
        ledger.broken(
          "every question decides something",
          `${question} decides nothing`,
          trail.join(" → "),
        );
      return behind;
    }
  }
  return { ways, turns };
}

function takeOr(
  machine: AnyStateMachine,
  dialogue: Dialogue,
  event: Meaning,
  trail: readonly string[],
  { broken }: Ledger,
): Dialogue | undefined {
  try {
    const next = take(machine, dialogue, event);
    const stranded = strandedAt(machine, next);
    if (stranded === undefined) return next;
    broken("nobody is stranded", stranded, trail.join(" → "));
  } catch (error) {
    broken("no event throws", `${event.type}: ${String(error)}`, trail.join(" → "));
  }
  return undefined;
}

/** The machine reaches the very row that the rules alone give, on every way; each combination of facts has one way that stands for it. */
export function checkWays(
  machine: AnyStateMachine,
  rules: Policy["rules"],
  chosen: readonly Topic[] = askedTopics,
): Checked & Ways {
  const ledger = openLedger();
  const walked = walkWays(machine, ledger, chosen);
  const canonical = new Map<string, Way>();
  const reached = new Set<string | undefined>();
  const met = new Set<string>();
  for (const way of walked.ways) {
    const context = contextOf(way.end);
    reached.add(context.rule);
    const where = way.trail.join(" → ");
    const facts = readFacts(knownOf(context));
    for (const [fact, value] of Object.entries(facts)) met.add(`${fact}=${value}`);
    disagreement(way.end, rules, ledger, where);
    const combination = `${way.topic} ${JSON.stringify(facts)}`;
    const first = canonical.get(combination);
    if (!first) canonical.set(combination, way);
    else if (contextOf(first.end).rule !== context.rule)
      ledger.broken(
        "the same facts end the same",
        `${context.rule} and ${contextOf(first.end).rule} for ${shownFacts(facts)}`,
        where,
      );
  }
  if (chosen.length === askedTopics.length) {
    checkReached(machine, rules, reached, ledger);
    for (const fact of factNames)
      for (const value of domains[fact])
        if (!met.has(`${fact}=${value}`))
          ledger.broken(
            "every value of a fact can be answered",
            `no answer leads to ${fact}=${value}`,
            fact,
          );
  }
  return {
    ...walked,
    figures: {
      "ways walked": walked.ways.length,
      "combinations with a way": canonical.size,
      "turns on them": walked.turns.length,
    },
    findings: ledger.findings(),
    warnings: [],
  };
}

/** Two rows are reached from everywhere, by asking for them: not by a topic's questions. */
function checkReached(
  machine: AnyStateMachine,
  rules: Policy["rules"],
  reached: Set<string | undefined>,
  ledger: Ledger,
): void {
  const everywhere: Meaning[] = [
    { type: "person-asked" },
    { type: "withdrawal-declared", declaration: "…" },
  ];
  for (const event of everywhere) {
    const end = takeOr(machine, openOn(machine), event, [event.type], ledger);
    if (end) reached.add(contextOf(end).rule);
  }
  for (const [id, { outcome }] of Object.entries(rules))
    if (!("see" in outcome) && !reached.has(id))
      ledger.broken("every row is reached by some answers", `${id} is never reached`, "every way");
}

/** Compares what the machine reached with what the rules say to the same answers. */
export function disagreement(
  { snapshot }: Pick<Dialogue, "snapshot">,
  rules: Policy["rules"],
  { broken }: Ledger,
  where: string,
): void {
  const context = contextOf({ snapshot });
  const { rule, assessment, topic } = context;
  if (rule === undefined || !assessment || topic === undefined) {
    broken(
      "every way ends in an assessment or with a person",
      `nothing is assessed of ${topic}`,
      where,
    );
    return;
  }
  const known = knownOf(context);
  const everywhere = rule === "human.asked" || rule === "withdrawal.declared";
  const expected = everywhere ? rule : onlyRow(rules, topic, (fact) => readFact(fact, known));
  const facts = shownFacts(readFacts(known));
  if (rule !== expected)
    broken(
      "the machine answers as the rules do",
      `${rule} where the rules say ${expected}, for ${facts}`,
      where,
    );
  const row = rules[rule];
  if (!row || "see" in row.outcome) return;
  const outcome: Outcome = row.outcome;
  if (assessment.kind !== outcome.kind || assessment.clauses.join() !== row.clauses.join())
    broken("the assessment is its row's", `${rule} is assessed as ${assessment.kind}`, where);
  if ((context.case !== undefined) !== opensCase(outcome))
    broken(
      "people get what they must decide, and nothing else",
      `${rule} ${context.case ? "opens a case" : "opens no case"}`,
      where,
    );
}

const shown = (question: QuestionId, event: Meaning): string => {
  if (event.type !== "answered") return `${question}=pictures`;
  const answer = event.answers[question];
  if (typeof answer !== "object") return `${question}=${answer}`;
  return `${question}=${"choice" in answer && answer.choice ? answer.choice : questions[question].kind}`;
};

const shownFacts = (facts: Facts): string =>
  Object.entries(facts)
    .map(([fact, value]) => `${fact}=${value}`)
    .join(" ");
