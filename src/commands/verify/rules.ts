import {
  domains,
  holds,
  type FactName,
  type Known,
  type readFact,
} from "../../../flows/refund/facts.ts";
import type { Clause } from "../../../flows/refund/policy/clauses.ts";
import type { figures } from "../../../flows/refund/policy/figures.ts";
import { topics, type Rule } from "../../../flows/refund/policy/rules.ts";
import type { Answers } from "../../../flows/refund/questions.ts";
import { day, hour, moment, noon, timeZone } from "./answers.ts";
import { openLedger, type Checked, type Ledger } from "./findings.ts";

/** The policy as data, as the bot has it or altered. */
export interface Policy {
  rules: Readonly<Record<string, Rule>>;
  clauses: readonly Clause[];
  information: Readonly<Partial<Record<Clause, string>>>;
}

export type Combination = Readonly<Partial<Record<FactName, string>>>;

/** Every combination of the values of the facts, one after the other. */
function* combinations(
  facts: readonly FactName[],
  chosen: Combination = {},
): Generator<Combination> {
  const [fact, ...rest] = facts;
  if (fact === undefined) {
    yield chosen;
    return;
  }
  for (const value of domains[fact]) yield* combinations(rest, { ...chosen, [fact]: value });
}

/** The rows of a topic of which every condition holds. */
export function rowsThatHold(
  rules: Policy["rules"],
  topic: string,
  read: (fact: FactName) => string | undefined,
): string[] {
  return Object.entries(rules).flatMap(([id, row]) =>
    row.topic === topic && holds(row.when, read) ? [id] : [],
  );
}

/** The row that alone decides a topic, following the rows that send to another's; undefined where none or several do. */
export function onlyRow(
  rules: Policy["rules"],
  topic: string,
  read: (fact: FactName) => string | undefined,
): string | undefined {
  const [id, second] = rowsThatHold(rules, topic, read);
  if (id === undefined || second !== undefined) return undefined;
  const outcome = rules[id]?.outcome;
  return outcome && "see" in outcome ? onlyRow(rules, outcome.see, read) : id;
}

/** Every combination of facts meets exactly one row, every row is met, and every clause has its place. */
export function checkRules({ rules, clauses, information }: Policy): Checked {
  const { broken, findings } = openLedger();
  const met = new Set<string>();
  let count = 0;
  const chosen: readonly string[] = [...topics, "withdrawal"];
  for (const topic of new Set([...chosen, ...Object.values(rules).map((row) => row.topic)])) {
    if (!chosen.includes(topic))
      broken(
        "every topic of the rules can be chosen",
        `nobody can come with ${topic}`,
        "the rules",
      );
    const rows = Object.entries(rules).filter(([, row]) => row.topic === topic);
    const facts = new Set(rows.flatMap(([, row]) => Object.keys(row.when) as FactName[]));
    for (const combination of combinations([...facts].filter((fact) => fact in domains))) {
      count++;
      const hit = rowsThatHold(rules, topic, (fact) => combination[fact]);
      for (const id of hit) met.add(id);
      if (hit.length === 0)
        broken(
          "every combination of facts meets a row",
          `no row of ${topic} decides`,
          shown(combination),
        );
      if (hit.length > 1)
        broken(
          "no combination meets two rows",
          `${hit.join(" and ")} both decide`,
          shown(combination),
        );
    }
  }
  const ids = Object.keys(rules);
  for (const id of ids.filter((one) => !met.has(one)))
    broken(
      "every row is met by some combination",
      `${id} is never met`,
      shown(rules[id]?.when ?? {}),
    );
  checkClauses({ rules, clauses, information }, broken);
  for (const topic of topics)
    if (sendsInCircle(rules, topic))
      broken(
        "no row sends in a circle",
        `${topic} is sent back to itself`,
        `the rules of ${topic}`,
      );
  return {
    figures: { rows: ids.length, "combinations of facts": count, clauses: clauses.length },
    findings: findings(),
    warnings: [],
  };
}

function checkClauses({ rules, clauses, information }: Policy, broken: Ledger["broken"]): void {
  const cited = new Set(Object.values(rules).flatMap((row) => row.clauses));
  for (const [id, row] of Object.entries(rules)) {
    if (row.clauses.length === 0) broken("every row cites a clause", `${id} cites none`, id);
    for (const clause of row.clauses.filter((one) => !clauses.includes(one)))
      broken("every cited clause exists", `${id} cites ${clause}`, id);
  }
  for (const clause of clauses)
    if (!cited.has(clause) && information[clause] === undefined)
      broken(
        "every clause decides or is told",
        `clause ${clause} is cited by no row and declared nowhere as information`,
        "flows/refund/policy/clauses.ts",
      );
}

function sendsInCircle(
  rules: Policy["rules"],
  topic: string,
  via: readonly string[] = [],
): boolean {
  if (via.includes(topic)) return true;
  return Object.values(rules).some(
    ({ topic: own, outcome }) =>
      own === topic && "see" in outcome && sendsInCircle(rules, outcome.see, [...via, topic]),
  );
}

type Figures = Readonly<Record<Exclude<keyof typeof figures, "version">, number>>;

/** For each figure of the policy the fact that it splits, its values on both sides, and answers that lie so far beyond the limit, in the smallest step. */
const limits: Readonly<
  Record<
    keyof Figures,
    { fact: FactName; upTo: string; beyond: string; at: (limit: number, steps: number) => Answers }
  >
> = {
  guaranteeDays: {
    fact: "guarantee",
    upTo: "within",
    beyond: "after",
    at: (limit, steps) => ({ deliveryEnd: moment(noon - (limit + steps) * day) }),
  },
  smallDropPercent: {
    fact: "dropSize",
    upTo: "small",
    beyond: "large",
    at: (limit, steps) => ({ ordered: 1000, delivered: 1000, gone: limit * 10 + steps }),
  },
  autoStartHours: {
    fact: "purchaseAge",
    upTo: "within",
    beyond: "over",
    at: (limit, steps) => ({ purchasedAt: moment(noon - limit * hour - steps) }),
  },
  accountClaimHours: {
    fact: "claimAge",
    upTo: "within",
    beyond: "over",
    at: (limit, steps) => ({ accountsSentAt: moment(noon - limit * hour - steps) }),
  },
};

/** Each figure of the policy counts up to and with itself, as `figures.ts` promises. */
export function checkThresholds(
  policy: Figures,
  read: (fact: FactName, known: Known) => ReturnType<typeof readFact>,
): Checked {
  const { broken, findings } = openLedger();
  for (const name of Object.keys(limits) as (keyof Figures)[]) {
    const { fact, upTo, beyond, at } = limits[name];
    for (const steps of [-1, 0, 1]) {
      const answers = at(policy[name], steps);
      const value = read(fact, { answers, evidenceCount: 0, at: noon, timeZone });
      const expected = steps > 0 ? beyond : upTo;
      if (value !== expected)
        broken(
          "every threshold counts up to and with its figure",
          `${name} ${policy[name]}: ${fact} is ${value} instead of ${expected}`,
          ["just under it", "at it", "just over it"][steps + 1] ?? "",
        );
    }
  }
  return {
    figures: { thresholds: Object.keys(limits).length },
    findings: findings(),
    warnings: [],
  };
}

const shown = (facts: object): string =>
  Object.entries(facts)
    .map(([fact, value]) => `${fact}=${String(value)}`)
    .join(" ") || "nothing asked";
