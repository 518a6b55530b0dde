import type { CaseDescription } from "../../src/core/case.ts";
import type { Texts } from "../../src/core/texts.ts";
import { assessmentCard } from "./assessment-card.ts";
import type { DecisionRecord } from "./context.ts";
import { isQuestion, questions } from "./questions.ts";
import { answerText } from "./wording.ts";

/** A decision record as the desk reads it. */
export function describe(record: DecisionRecord, policyUrl: string, texts: Texts): CaseDescription {
  const { topic, assessment, answers, evidence, additions, email, declaration, flowVersion } =
    record;
  const given = Object.keys(answers)
    .filter(isQuestion)
    .filter((question) => questions[question].kind !== "files");
  return {
    topic: texts.text(topic === "withdrawal" ? "bot:button.withdrawal" : `bot:topic.${topic}`),
    outcome: texts.text(`bot:outcome.${assessment.reason ?? assessment.kind}`),
    facts: [
      ...given.map((question) => ({
        label: texts.text(`bot:question.${question}.label`),
        value: answerText(question, record, texts),
      })),
      ...(email === undefined ? [] : [{ label: texts.text("bot:case.emailLabel"), value: email }]),
      ...(declaration === undefined
        ? []
        : [{ label: texts.text("bot:receipt.title"), value: declaration }]),
    ],
    assessment: assessmentCard(record, policyUrl, texts),
    versions: texts.text("bot:case.versions", {
      rule: assessment.rule,
      policy: assessment.policyVersion,
      flow: flowVersion,
    }),
    evidence,
    notes: additions.map(({ text }) => text),
  };
}
