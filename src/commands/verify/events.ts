import { unsupportedKinds } from "../../core/inbound.ts";
import { languages } from "../../core/language.ts";
import type { RefundEvent } from "../../../flows/refund/context.ts";
import { offers, topics } from "../../../flows/refund/policy/rules.ts";
import { questions, type QuestionId } from "../../../flows/refund/questions.ts";
import { answersBy, picture, type Meaning } from "./answers.ts";

type EventType = RefundEvent["type"];
const source = "verify:0";
const files = [picture(1)];
const words = "Voici ce qui s’est passé";
const questionIds = Object.keys(questions) as QuestionId[];

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
  rescued: [{ type: "rescued" }],
  "customer-unreachable": [{ type: "customer-unreachable", reason: "blocked" }],
  "customer-reachable": [{ type: "customer-reachable" }],
  "customer-moved": [{ type: "customer-moved" }],
  "message-undelivered": [{ type: "message-undelivered", message: "verify:0", reason: "tooLong" }],
};
