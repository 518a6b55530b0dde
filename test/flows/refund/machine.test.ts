import { describe, expect, it } from "vitest";
import { decidingRule, outcomeOf } from "../../../flows/refund/assess.ts";
import { knownOf } from "../../../flows/refund/context.ts";
import { readFact, readFacts } from "../../../flows/refund/facts.ts";
import {
  opensCase,
  ruleIds,
  rules,
  topics,
  type RuleId,
} from "../../../flows/refund/policy/rules.ts";
import { questions } from "../../../flows/refund/questions.ts";
import {
  answering,
  answersTo,
  contextOf,
  givingFiles,
  noon,
  opened,
  standingOf,
  take,
  type Dialogue,
} from "./dialogue.ts";

/** Walks every way through a topic and hands over each end. */
function* ends(dialogue: Dialogue): Generator<Dialogue> {
  const at = standingOf(dialogue);
  if (at.place === "reviewing") {
    yield take(dialogue, { type: "confirmed" });
    return;
  }
  if (at.place !== "asking" || at.afterwards || !at.question) {
    yield dialogue;
    return;
  }
  const { question } = at;
  // What clause 2 asks changes nothing that is decided: one answer each.
  const settled = contextOf(dialogue).rule !== undefined || question === "orderNumber";
  const answers = settled ? answersTo(question).slice(0, 1) : answersTo(question);
  for (const answer of answers) yield* ends(take(dialogue, answering(question, answer)));
  if (questions[question].kind === "files" && !settled) {
    yield* ends(take(dialogue, givingFiles(question, 1)));
    yield* ends(take(dialogue, givingFiles(question, 2)));
  }
}

const chosen = topics.filter((topic) => topic !== "human");

describe("the machine", () => {
  const reached = new Set<RuleId>();

  it.each(chosen)("brings every way through %s to exactly the row that its facts meet", (topic) => {
    let count = 0;
    for (const end of ends(take(opened(), { type: "topic-chosen", topic }))) {
      count++;
      const context = contextOf(end);
      const { rule } = context;
      expect(rule, JSON.stringify(context.answers)).toBeDefined();
      if (!rule) continue;
      reached.add(rule);
      const known = { ...knownOf(context), answers: context.answers };
      expect(
        decidingRule(topic, (fact) => readFact(fact, known)),
        JSON.stringify(readFacts(known)),
      ).toBe(rule);
      expect(context.assessment?.clauses).toEqual(rules[rule].clauses);
      expect(context.case !== undefined, rule).toBe(opensCase(outcomeOf(rule)));
    }
    expect(count).toBeGreaterThan(0);
  });

  it("reaches every row of the table", () => {
    const person = take(opened(), { type: "person-asked" });
    const withdrawal = take(opened(), {
      type: "withdrawal-declared",
      declaration: "Je me rétracte",
    });
    for (const end of [person, withdrawal]) reached.add(contextOf(end).rule as RuleId);
    const deciding = ruleIds.filter((id) => !("see" in rules[id].outcome));
    expect(deciding.filter((id) => !reached.has(id))).toEqual([]);
  });

  it("asks nothing that decides nothing, the figures of an estimate aside", () => {
    /** They size what comes back, or tell people what they need, without changing the row. */
    const figuresOnly = new Set([
      "ordered",
      "dropNoticed",
      "countAtStart",
      "countNow",
      "gone",
      "deliveryEnd",
      "chargedAt",
      "description",
    ]);
    const rulesBehind = (dialogue: Dialogue): Set<RuleId | undefined> => {
      const { place, question, context } = standingOf(dialogue);
      if (place !== "asking" || !question || context.rule !== undefined)
        return new Set([context.rule]);
      const answers = answersTo(question).slice(0, question === "orderNumber" ? 1 : undefined);
      const events = [
        ...answers.map((answer) => answering(question, answer)),
        ...(questions[question].kind === "files" ? [givingFiles(question, 2)] : []),
      ];
      const behind = new Set(events.flatMap((event) => [...rulesBehind(take(dialogue, event))]));
      if (question !== "orderNumber" && !figuresOnly.has(question))
        expect(behind.size, `${question} after ${context.path.join(" ")}`).toBeGreaterThan(1);
      return behind;
    };
    for (const topic of chosen) rulesBehind(take(opened(), { type: "topic-chosen", topic }));
  });

  it("takes no notice of the time that a dialogue lasts, except where it waits for a time", () => {
    const asked = take(
      opened(),
      { type: "topic-chosen", topic: "notDelivered" },
      answering("orderNumber", "48213"),
      answering("progress", "notStarted"),
    );
    const early = take(
      asked,
      answering("startDue", { earliest: noon + 10, latest: noon + 10, saidAt: noon }),
    );
    expect(contextOf(early).rule).toBe("notDelivered.start-ahead");
    const late = take(early, { type: "confirmed", at: noon + 11 });
    expect(contextOf(late).rule).toBe("notDelivered.start-late");
    expect(standingOf(late).place).toBe("asking");
  });
});
