import { unsupportedKinds } from "../../core/inbound.ts";
import { alertTypes, satisfactions, type AlertType } from "../../core/case.ts";
import { languages } from "../../core/language.ts";
import { decisionOutcomes, wantedThings, type DecisionDraft } from "../../core/act.ts";
import type { RefundContext, RefundEvent } from "../../../flows/refund/context.ts";
import { offers, topics } from "../../../flows/refund/policy/rules.ts";
import { questions, type QuestionId } from "../../../flows/refund/questions.ts";
import { answersBy, picture, type Meaning } from "./answers.ts";

type EventType = RefundEvent["type"];
const source = "verify:0";
const files = [picture(1)];
const words = "Voici ce qui s’est passé";
const questionIds = Object.keys(questions) as QuestionId[];

/** `caseNumber`: to be the one of the stand, see `aimed`. */
const act = { agent: { id: "alva", name: "Alva" }, caseNumber: "" };
const decisions: readonly DecisionDraft[] = decisionOutcomes.map((outcome) => ({
  outcome,
  amountMinor: 1196,
  currency: "EUR",
  clauses: ["5.10"],
  reasons: words,
}));

/** The event, about the case that is open where it comes in, or about an earlier one. */
export function aimed<T extends object>(event: T, { case: open, pastCases }: RefundContext): T {
  const number = (open ?? pastCases.at(-1))?.number;
  return "caseNumber" in event && number !== undefined ? { ...event, caseNumber: number } : event;
}

const raised = Object.fromEntries(alertTypes.map((type) => [type, [{ type, caseNumber: "" }]])) as {
  [T in AlertType]: [{ type: T; caseNumber: string }];
};

/** Every event of the flow, with what it may carry, in season or not. */
export const payloads: { readonly [T in EventType]: readonly (Meaning & { type: T })[] } = {
  started: [{ type: "started" }],
  "topic-chosen": topics.flatMap((topic) => [
    { type: "topic-chosen", topic, description: words },
    { type: "topic-chosen", topic, orderNumber: "48213" },
  ]),
  "problem-told": [{ type: "problem-told", description: words }],
  answered: [
    ...questionIds.flatMap((question) =>
      answersBy(question)
        .filter((event) => event.type === "answered")
        .slice(-2)
        .map((event) => ({ ...event, understood: question })),
    ),
    { type: "answered", answers: {}, source },
  ],
  "answer-refused": [
    { type: "answer-refused", fault: "notAChoice" },
    { type: "answer-refused", question: "orderNumber", fault: "wrongForm" },
  ],
  "evidence-given": [
    { type: "evidence-given", files, answers: {}, source },
    { type: "evidence-given", files, answers: { statistics: "given" }, source },
  ],
  "evidence-refused": [{ type: "evidence-refused", refused: ["tooLarge", "broken"] }],
  "unsupported-sent": unsupportedKinds.map((kind) => ({ type: "unsupported-sent", kind })),
  "went-back": [{ type: "went-back" }],
  "change-asked": questionIds.map((question) => ({ type: "change-asked", question })),
  confirmed: [{ type: "confirmed" }],
  "started-over": [{ type: "started-over" }],
  restored: [{ type: "restored" }],
  "language-asked": [{ type: "language-asked" }],
  "language-chosen": languages.map((language) => ({ type: "language-chosen", language })),
  "help-asked": [{ type: "help-asked" }],
  "person-asked": [{ type: "person-asked" }],
  "offer-taken": offers.map((offer) => ({ type: "offer-taken", offer })),
  "reminder-asked": [{ type: "reminder-asked" }],
  "withdrawal-asked": [{ type: "withdrawal-asked" }],
  "withdrawal-declared": [{ type: "withdrawal-declared", declaration: words }],
  "status-asked": [{ type: "status-asked" }],
  "case-extended": [{ type: "case-extended", text: words }],
  "addition-asked": [{ type: "addition-asked" }],
  "email-asked": [{ type: "email-asked" }],
  "email-given": [{ type: "email-given", email: "moi@example.org" }],
  "return-link-asked": [{ type: "return-link-asked" }],
  "contest-asked": [{ type: "contest-asked" }],
  contested: [{ type: "contested", text: words }],
  "another-asked": [{ type: "another-asked" }],
  "stale-pressed": [{ type: "stale-pressed" }],
  "edited-late": [{ type: "edited-late" }],
  // `caseNumber` as with an act's.
  "satisfaction-given": satisfactions.map((satisfaction) => ({
    type: "satisfaction-given",
    satisfaction,
    caseNumber: "",
  })),
  "customer-wrote": [{ type: "customer-wrote", text: words, files }],
  taken: [{ type: "taken", ...act }],
  released: [{ type: "released", ...act }],
  "agent-said": [
    { type: "agent-said", text: words, ...act },
    { type: "agent-said", text: "", files, answers: source, quote: words, ...act },
  ],
  "agent-reworded": [{ type: "agent-reworded", message: "verify:1:0", text: words, files, ...act }],
  "agent-withdrew": [{ type: "agent-withdrew", message: "verify:1:0", ...act }],
  "agent-noted": [{ type: "agent-noted", text: words, ...act }],
  "agent-asked": [
    ...wantedThings.map((wanted) => ({ type: "agent-asked" as const, wanted, ...act })),
    { type: "agent-asked", wanted: "question", text: words, turnMs: 1, ...act },
  ],
  "fact-corrected": [
    { type: "fact-corrected", answers: { orderNumber: "48213" }, rule: "human.asked", ...act },
  ],
  decided: decisions.map((decision) => ({ type: "decided", decision, ...act })),
  "decision-proposed": decisions
    .slice(0, 1)
    .map((decision) => ({ type: "decision-proposed", decision, ...act })),
  "decision-approved": [{ type: "decision-approved", ...act }],
  "decision-declined": [{ type: "decision-declined", ...act }],
  "case-closed": [
    { type: "case-closed", ...act },
    { type: "case-closed", asks: true, ...act },
  ],
  "case-reopened": [{ type: "case-reopened", ...act }],
  ...raised,
  rescued: [{ type: "rescued" }],
  "customer-unreachable": [{ type: "customer-unreachable", reason: "blocked" }],
  "customer-reachable": [{ type: "customer-reachable" }],
  "customer-moved": [{ type: "customer-moved" }],
  "message-deleted": [{ type: "message-deleted", of: source }],
  "message-undelivered": [{ type: "message-undelivered", message: "verify:0", reason: "tooLong" }],
};
