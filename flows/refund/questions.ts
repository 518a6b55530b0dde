import type { Money } from "./read/money.ts";
import type { Moment } from "./read/moment.ts";

/** A moment as answered: in the customer's words, or by a choice such as `within` that leaves an interval open. */
export interface AnsweredMoment extends Moment {
  choice?: string;
}

/**
 * Every question, how it is answered and the choices offered with it. Free
 * answers of any kind may be given beside the choices, except for `choice`.
 * The choice `unknown` is an answer too: it never becomes a guess.
 */
export const questions = {
  // Clause 2: what every case carries.
  orderNumber: { kind: "orderNumber", choices: ["unknown"] },
  service: { kind: "text", choices: ["unknown"] },
  links: { kind: "links", choices: ["unknown"] },
  description: { kind: "text", choices: ["skip"] },
  pictures: { kind: "files", choices: ["none"] },
  // The delivery.
  progress: {
    kind: "choice",
    choices: ["notStarted", "inProgress", "completed", "stopped", "unknown"],
  },
  startDue: { kind: "moment", direction: "any", choices: ["passed", "unknown"] },
  expectedTime: { kind: "choice", choices: ["passed", "notPassed", "unknown"] },
  ordered: { kind: "figure", choices: ["unknown"] },
  delivered: { kind: "figure", choices: ["nothing", "unknown"] },
  arrival: { kind: "choice", choices: ["nothing", "some", "unknown"] },
  automatic: { kind: "choice", choices: ["yes", "no", "unknown"] },
  // Drops.
  dropNoticed: { kind: "choice", choices: ["yes", "no", "unknown"] },
  countAtStart: { kind: "figure", choices: ["unknown"] },
  countNow: { kind: "figure", choices: ["unknown"] },
  gone: { kind: "figure", choices: ["unknown"] },
  deliveryEnd: { kind: "moment", direction: "past", choices: ["within", "longer", "unknown"] },
  dropWish: { kind: "choice", choices: ["redeliver", "refund"] },
  price: { kind: "money", choices: ["unknown"] },
  // Countries.
  targeted: { kind: "choice", choices: ["yes", "no", "unknown"] },
  statistics: { kind: "files", choices: ["none"] },
  shownCountry: { kind: "choice", choices: ["ordered", "partly", "wrong", "unknown"] },
  // Automatic services.
  purchasedAt: { kind: "moment", direction: "past", choices: ["within", "longer", "unknown"] },
  autoWish: { kind: "choice", choices: ["start", "refund"] },
  // Bought accounts.
  loggedIn: { kind: "choice", choices: ["yes", "no"] },
  proxy: { kind: "choice", choices: ["clean", "vpn", "none", "unknown"] },
  accountTargeted: { kind: "choice", choices: ["yes", "no", "unknown"] },
  proxyCountry: { kind: "choice", choices: ["same", "other", "unknown"] },
  accountWish: { kind: "choice", choices: ["replace", "refund"] },
  accountsSentAt: { kind: "moment", direction: "past", choices: ["within", "longer", "unknown"] },
  accountsOrdered: { kind: "figure", choices: ["unknown"] },
  accountsFaulty: { kind: "figure", choices: ["unknown"] },
  accountPictures: { kind: "files", choices: ["none"] },
  // Payments.
  autoCharged: { kind: "choice", choices: ["yes", "no", "unknown"] },
  latestPayment: { kind: "choice", choices: ["yes", "no", "unknown"] },
  periodUsed: { kind: "choice", choices: ["yes", "no", "unknown"] },
  cancelWish: { kind: "choice", choices: ["cancel", "keep"] },
  chargedAt: { kind: "moment", direction: "past", choices: ["unknown"] },
  disputeOpened: { kind: "choice", choices: ["yes", "no", "unknown"] },
} as const satisfies Record<string, Question>;

export interface Question {
  kind: "choice" | "figure" | "money" | "moment" | "text" | "links" | "orderNumber" | "files";
  /** Of a moment: on which side of now it must lie. */
  direction?: "past" | "any";
  choices: readonly string[];
}

export type QuestionId = keyof typeof questions;

/** What each kind of question is answered with, beside its choices. */
interface AnswerOf {
  choice: never;
  figure: number;
  money: Money;
  moment: AnsweredMoment;
  text: string;
  links: readonly string[];
  orderNumber: string;
  files: "given";
}

export type Answers = {
  [Q in QuestionId]?:
    | AnswerOf[(typeof questions)[Q]["kind"]]
    | (typeof questions)[Q]["choices"][number];
};

export const isQuestion = (id: string): id is QuestionId => Object.hasOwn(questions, id);
