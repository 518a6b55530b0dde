import type { CaseDescription } from "../../src/core/case.ts";
import type { FlowEvent } from "../../src/core/conversation.ts";
import type { Texts } from "../../src/core/texts.ts";
import { assessmentCard } from "./assessment-card.ts";
import type { DecisionRecord } from "./context.ts";
import { isQuestion, questions, type Answers } from "./questions.ts";
import { answerText, choiceLabel } from "./wording.ts";

/** Where the keys begin that a stored id is part of; `title` and the like follow it. */
const named =
  /^(?:bot:(?:topic|outcome|question|choice|assessment\.summary\.humanReview)|policy:(?:rule|clause|remedy|note))\.(.+?)(?:\.(label|title|explanation))?$/u;

/** The texts; what the policy no longer has, and old cases still name, reads as its id. */
function orIds(texts: Texts): Texts {
  return {
    ...texts,
    text(key, values) {
      const [, id, part] = named.exec(key) ?? [];
      if (id === undefined || texts.has(key)) return texts.text(key, values);
      return part === "explanation" ? "" : id.replace(/^(\d+)_/u, "$1.");
    },
  };
}

/** A decision record as the desk reads it, also one of a policy that had other topics, rows, questions or clauses. */
export function describe(record: DecisionRecord, policyUrl: string, own: Texts): CaseDescription {
  const texts = orIds(own);
  const { topic, assessment, answers, evidence, additions, email, declaration, flowVersion } =
    record;
  const given = Object.entries(answers).flatMap(([question, answer]) => {
    if (!isQuestion(question)) return [{ label: question, value: asStored(answer) }];
    if (questions[question].kind === "files") return [];
    const label = texts.text(`bot:question.${question}.label`);
    const { kind, choices } = questions[question];
    const correction = {
      question,
      choices: choices.map((id) => ({ id, label: choiceLabel(question, id, texts, record) })),
      isFree: kind !== "choice",
    };
    return [{ label, value: answerText(question, record, texts), correction }];
  });
  return {
    topic: texts.text(topic === "withdrawal" ? "bot:button.withdrawal" : `bot:topic.${topic}`),
    outcome: texts.text(`bot:outcome.${assessment.reason ?? assessment.kind}`),
    facts: [
      ...given,
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

/** What an agent's correction says, each fact by its name. */
export function describeCorrection(
  event: FlowEvent,
  timeZone: string,
  own: Texts,
): string | undefined {
  if (event.type !== "fact-corrected" || !("answers" in event)) return undefined;
  const texts = orIds(own);
  const answers = event.answers as Answers;
  return Object.entries(answers)
    .map(([question, answer]) =>
      isQuestion(question)
        ? `${texts.text(`bot:question.${question}.label`)} – ${answerText(question, { answers, evidence: [], timeZone }, texts)}`
        : `${question} – ${asStored(answer)}`,
    )
    .join("; ");
}

const asStored = (answer: unknown): string =>
  typeof answer === "string" ? answer : JSON.stringify(answer);
