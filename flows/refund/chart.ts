import { assign, setup } from "xstate";
import { estimatedParts, outcomeOf } from "./assess.ts";
import { knownOf, type RefundContext, type RefundEvent, type SayTopic } from "./context.ts";
import { holds, readFact, type Conditions, type FactName } from "./facts.ts";
import {
  opensCase,
  rules,
  rulesOf,
  type RuleId,
  type RuleTopic,
  type Topic,
} from "./policy/rules.ts";
import type { QuestionId } from "./questions.ts";

/** A way out of a question: where to, and what must hold for it. The first that fits counts. */
interface Way {
  /** The topic that the customer came with. */
  topic?: Topic;
  /** The choice that was made. */
  given?: string;
  /** The row that decided already. */
  settled?: RuleId;
  if?: Conditions;
  to: string;
}

interface PassParams extends Omit<Way, "to"> {
  question: QuestionId;
  /** The question is not asked where this is known already. */
  unless?: Conditions;
}

/** The typed ground on which all charts of the flow are drawn. */
export const chart = setup({
  types: {
    context: {} as RefundContext,
    events: {} as RefundEvent,
    input: {} as Pick<RefundContext, "at" | "dice" | "timeZone" | "language">,
    meta: {},
  },
  actions: {
    // Effects: data for `core/plan`, never run.
    say: (_, _params: { topic: SayTopic; values?: Readonly<Record<string, unknown>> }) => {},
    recordAssessment: (_, _params: { assessment: unknown }) => {},
    saveCase: (_, _params: { case: unknown }) => {},

    pass: assign(({ context }, { question }: { question: QuestionId }) =>
      context.answers[question] === undefined || context.path.includes(question)
        ? {}
        : { path: [...context.path, question] },
    ),
    settle: assign((_, { rule }: { rule: RuleId }) => ({ rule })),
  },
  guards: {
    topicIs: ({ context }, { topic }: { topic: Topic }) => context.topic === topic,
    passes({ context }, { question, topic, given, settled, if: conditions, unless }: PassParams) {
      if (topic !== undefined && topic !== context.topic) return false;
      if (settled !== undefined && settled !== context.rule) return false;
      const answer = context.answers[question];
      if (given !== undefined && answer !== given) return false;
      if (answer === undefined && !unless) return false;
      if (!conditions && answer !== undefined) return true;
      const known = knownOf(context, question);
      const read = (fact: FactName) => readFact(fact, known);
      const passed = answer !== undefined || (unless !== undefined && holds(unless, read));
      return passed && (!conditions || holds(conditions, read));
    },
    meets({ context }, { rule }: { rule: RuleId }) {
      const known = knownOf(context);
      return holds(rules[rule].when, (fact) => readFact(fact, known));
    },
  },
  delays: {
    reminder: 24 * 3_600_000,
    rest: 6 * 24 * 3_600_000,
    untilDue: ({ context }) =>
      Math.max(0, (context.assessment?.waitUntil ?? context.at) - context.at),
  },
});

/** The order to say something. */
export const say = (topic: SayTopic) => ({ type: "say" as const, params: { topic } }) as const;

/**
 * One question as a state: it stands until the answer is known, then goes the
 * first way that fits. An answer known already is passed without being asked.
 */
export function asking(question: QuestionId, ways: string | readonly Way[], unless?: Conditions) {
  const list = typeof ways === "string" ? [{ to: ways }] : ways;
  return chart.createStateConfig({
    meta: { question },
    tags: ["asking"],
    always: list.map(({ to, ...conditions }: Way) => ({
      guard: { type: "passes", params: { question, ...conditions, ...(unless && { unless }) } },
      target: to,
      actions: { type: "pass", params: { question } },
    })),
  });
}

/**
 * Where a topic's questions end: one way for each row of its rules. A row
 * that opens a case goes on to what clause 2 asks, at once where people must
 * see it without delay.
 */
export function outcomes(topic: RuleTopic, { atOnce = false } = {}) {
  return chart.createStateConfig({
    tags: ["deciding"],
    always: rulesOf(topic).map((rule) => {
      const { outcome } = rules[rule];
      const guard = { type: "meets", params: { rule } } as const;
      if ("see" in outcome) return { guard, target: `#${outcome.see}` };
      return {
        guard,
        target: atOnce ? "#assessing" : afterRule(rule),
        actions: { type: "settle", params: { rule } },
      } as const;
    }),
  });
}

function afterRule(rule: RuleId): string {
  const outcome = outcomeOf(rule);
  if (!opensCase(outcome)) return "#reviewing";
  return estimatedParts(outcome).length > 0 ? "#askingPrice" : "#askingService";
}
