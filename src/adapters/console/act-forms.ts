import {
  decisionOutcomes,
  wantedThings,
  type ActContent,
  type ActType,
  type DecisionDraft,
} from "../../core/act.ts";
import { amountIn } from "../../core/amount.ts";

/** What a form of the case page sent. */
export type Form = Readonly<Record<string, readonly string[]>>;

/** Complete, as the compiler sees to it: each act has a form. Undefined for what no form of ours sends. */
const readers: Record<ActType, (form: Form) => ActContent | undefined> = {
  taken: (form) => ({ type: "taken", ...(field(form, "over") === "1" && { over: true }) }),
  released: () => ({ type: "released" }),
  said(form) {
    const answers = field(form, "answers");
    return { type: "said", text: field(form, "text"), ...(answers && { answers }) };
  },
  reworded: (form) => ({
    type: "reworded",
    message: field(form, "message"),
    text: field(form, "text"),
  }),
  withdrawn: (form) => ({ type: "withdrawn", message: field(form, "message") }),
  noted: (form) => ({ type: "noted", text: field(form, "text") }),
  asked(form) {
    if (field(form, "wanted") === "question")
      return { type: "asked", wanted: "question", text: field(form, "text") };
    const wanted = wantedThings.find((thing) => thing === field(form, "wanted"));
    return wanted && { type: "asked", wanted };
  },
  corrected: (form) => ({
    type: "corrected",
    question: field(form, "question"),
    text: field(form, "text").trim() || field(form, "choice"),
  }),
  decided(form) {
    const decision = readDraft(form);
    return decision && { type: "decided", decision, seen: revision(form) };
  },
  approved: (form) => ({ type: "approved", seen: revision(form) }),
  declined: () => ({ type: "declined" }),
  closed: () => ({ type: "closed" }),
  reopened: () => ({ type: "reopened" }),
};

export function readAct(type: string, form: Form): ActContent | undefined {
  return Object.hasOwn(readers, type) ? readers[type as ActType](form) : undefined;
}

/** The decision as it stands in the form, complete or not. */
export function readDraft(form: Form): DecisionDraft | undefined {
  const outcome = decisionOutcomes.find((one) => one === field(form, "outcome"));
  const currency = field(form, "currency");
  if (!outcome || !/^[A-Z]{3}$/u.test(currency)) return undefined;
  const amountMinor = amountIn(field(form, "amount"), currency);
  return {
    outcome,
    ...(amountMinor !== undefined && { amountMinor }),
    currency,
    clauses: form["clauses"] ?? [],
    // A browser sends line ends as CR LF.
    reasons: field(form, "reasons").replace(/\r\n/gu, "\n"),
  };
}

export const field = (form: Form, name: string): string => form[name]?.[0] ?? "";

const revision = (form: Form): number => Number(field(form, "seen")) || 0;
