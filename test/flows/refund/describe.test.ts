import { expect, it } from "vitest";
import type { DecisionRecord } from "../../../flows/refund/context.ts";
import { describe } from "../../../flows/refund/describe.ts";
import { languages } from "../../../src/core/language.ts";
import { library, openChat, settings } from "../../support/shop.ts";

const policyUrl = settings.policyUrl;

async function aRecord(): Promise<DecisionRecord> {
  const chat = openChat("en");
  await chat.press("topic:dispute");
  await chat.press("disputeOpened:yes");
  const [found] = await chat.store.listCases({ limit: 1 });
  await chat.store.close();
  if (!found) throw new Error("no case is open");
  return found.record as DecisionRecord;
}

it.each(languages)(
  "shows a case whose topic, row, question, clause, remedy and note are gone, by their ids, in %s",
  async (language) => {
    const record = await aRecord();
    const { assessment, answers } = record;
    const old = {
      ...record,
      topic: "lostTopic",
      answers: { ...answers, disputeOpened: "lostChoice", lostQuestion: { latest: 5 } },
      assessment: {
        ...assessment,
        rule: "lostTopic.lost-row",
        reason: "lostReason",
        remedies: ["lostRemedy"],
        notes: ["lostNote"],
        clauses: ["9.12"],
      },
    } as unknown as DecisionRecord;
    const shown = describe(old, policyUrl, library.in(language));
    expect(shown.topic).toBe("lostTopic");
    expect(shown.outcome).toBe("lostReason");
    expect(shown.facts).toContainEqual({ label: "lostQuestion", value: '{"latest":5}' });
    expect(shown.facts.map(({ value }) => value)).toContain("lostChoice");
    expect(shown.assessment.paragraphs[0]).toBe("lostTopic.lost-row");
    expect(shown.assessment.paragraphs.join()).toContain("lostRemedy");
    expect(shown.assessment.paragraphs).toContain("lostNote");
    expect(shown.assessment.clauses).toMatchObject([
      { id: "9.12", title: "9.12", explanation: "" },
    ]);
  },
);

it("shows a case of today's policy in its words", async () => {
  const record = await aRecord();
  const shown = describe(record, policyUrl, library.in("en"));
  const said = JSON.stringify([
    shown.topic,
    shown.outcome,
    shown.facts.map(({ label, value }) => [label, value]),
    shown.assessment,
  ]);
  for (const id of [record.topic, record.assessment.rule, "disputeOpened"])
    expect(said).not.toContain(`"${id}"`);
});
