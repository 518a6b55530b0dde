import {
  type Act,
  type ActRefusal,
  type DecisionDraft,
  type DecisionOutcome,
  type Referred,
} from "../../src/core/act.ts";
import { refOf } from "../../src/core/agent.ts";
import { openTimeBetween } from "../../src/core/calendar.ts";
import type { Said } from "../../src/core/conversation.ts";
import { hasGap } from "../../src/core/phrases.ts";
import type { DeskTimes } from "../../src/core/watch.ts";
import { countShown } from "../../src/core/evidence.ts";
import { filesIn, type Message } from "../../src/core/message.ts";
import { decidingRule } from "./assess.ts";
import type { AgentEvent, OpenCase, RefundContext } from "./context.ts";
import { caseOf } from "./desk-steps.ts";
import { readFact } from "./facts.ts";
import { clauses } from "./policy/clauses.ts";
import type { RuleId } from "./policy/rules.ts";
import { isQuestion, questions, type Answers } from "./questions.ts";
import { chosenAnswer, readAnswer, type Reader } from "./read-answer.ts";
import { readFreeText } from "./read/free-text.ts";

type OfAgent<E> = E extends AgentEvent ? Omit<E, "at" | "dice" | "agent" | "caseNumber"> : never;
type ActMeaning = OfAgent<AgentEvent>;

export type ReadAct =
  | { meaning: ActMeaning & Pick<AgentEvent, "agent" | "caseNumber">; said: Said }
  | { refused: ActRefusal };

/** What must be so for a decision to be made. */
export interface DeskRules {
  reader: Reader;
  times: DeskTimes;
  /** From this sum on a second person is needed; absent where none ever is. */
  approvalAmountMinor?: number;
}

const longestWords = 3000;

/** What an agent's act means where the case stands, or why it is not carried out. Total. */
export function readAct(
  act: Act,
  context: RefundContext,
  rules: DeskRules,
  referred: Referred = {},
): ReadAct {
  const { agent, caseNumber, content } = act;
  const open = caseOf(context, caseNumber);
  if (!open) return { refused: { reason: "noCase" } };
  const read = meaningOf(act, open, context, rules, referred);
  if ("reason" in read) return { refused: read };
  const words = "text" in content && content.text !== "" ? { text: content.text } : {};
  const files = "files" in content && content.files?.length ? { files: content.files } : {};
  return {
    meaning: { ...read, agent: refOf(agent), caseNumber },
    said: { ...words, ...files, agent: refOf(agent), act: content.type },
  };
}

function meaningOf(
  act: Act,
  open: OpenCase,
  context: RefundContext,
  rules: DeskRules,
  referred: Referred,
): ActMeaning | ActRefusal {
  const { agent, content } = act;
  const { owner } = context;
  const isOwner = owner?.id === agent.id && owner.caseNumber === open.number;
  const notOwner: ActRefusal = owner
    ? { reason: "ownedBy", name: owner.name }
    : { reason: "notTaken" };
  const turn = turnOf(open, rules);
  switch (content.type) {
    case "taken":
      if (open.closed) return { reason: "isClosed" };
      if (isLeftToOthers(act, open)) return { reason: "ownDecision" };
      return owner && !isOwner && owner.id !== agent.id && !content.over
        ? { reason: "ownedBy", name: owner.name }
        : { type: "taken" };
    case "released":
      return isOwner ? { type: "released" } : notOwner;
    case "said": {
      if (!isOwner) return notOwner;
      const meant = speech(content, referred);
      return "reason" in meant ? meant : { ...meant, ...turn };
    }
    case "reworded": {
      if (!referred.message) return { reason: "notYours" };
      if (hasGap(content.text)) return { reason: "gapLeft" };
      const text = wordsOf(content.text);
      if (text === undefined) return { reason: "wordsMissing" };
      return reworded(content.message, text, referred.message);
    }
    case "withdrawn":
      return referred.message
        ? { type: "agent-withdrew", message: content.message }
        : { reason: "notYours" };
    case "noted": {
      const text = wordsOf(content.text);
      return text === undefined ? { reason: "wordsMissing" } : { type: "agent-noted", text };
    }
    case "asked": {
      if (!isOwner) return notOwner;
      const { wanted } = content;
      if (wanted !== "question") return { type: "agent-asked", wanted, ...turn };
      if (hasGap(content.text)) return { reason: "gapLeft" };
      const text = wordsOf(content.text);
      return text === undefined
        ? { reason: "wordsMissing" }
        : { type: "agent-asked", wanted, text, ...turn };
    }
    case "corrected":
      return isOwner ? correction(content.question, content.text, open, context, rules) : notOwner;
    case "decided": {
      if (!isOwner) return notOwner;
      if (open.closed) return { reason: "isClosed" };
      if (isLeftToOthers(act, open)) return { reason: "ownDecision" };
      if (content.seen !== open.factsRevision) return { reason: "factsChanged" };
      const made = decision(content.decision, rules);
      return "reason" in made || made.type === "decision-proposed" ? made : { ...made, ...turn };
    }
    case "approved":
      if (!open.proposal) return { reason: "nothingProposed" };
      if (open.proposal.by.id === agent.id) return { reason: "samePerson" };
      if (isLeftToOthers(act, open)) return { reason: "ownDecision" };
      return content.seen === open.factsRevision && open.proposal.factsRevision === content.seen
        ? { type: "decision-approved", ...turn }
        : { reason: "factsChanged" };
    case "declined":
      return open.proposal ? { type: "decision-declined" } : { reason: "nothingProposed" };
    case "closed":
      if (open.closed) return { reason: "isClosed" };
      if (!isOwner) return notOwner;
      return { type: "case-closed", ...(!open.satisfactionAsked && { asks: true }) };
    case "reopened":
      return open.closed ? { type: "case-reopened" } : { reason: "notClosed" };
  }
}

/** Whoever decided a contested case leaves it to somebody else, where there is somebody who could. */
function isLeftToOthers({ agent, able = [] }: Act, open: OpenCase): boolean {
  const { contested, decision: made, proposal } = open;
  const deciders = new Set([made?.by.id, made?.approvedBy?.id]);
  if (!contested || !deciders.has(agent.id)) return false;
  return able.some((id) => !deciders.has(id) && id !== proposal?.by.id);
}

/** How long the shop was open in its turn, where this ends it. */
function turnOf(
  { waitsFor, waitingSince }: OpenCase,
  { reader, times }: DeskRules,
): { turnMs?: number } {
  if (waitsFor === "customer") return {};
  const { hours, timeZone } = times;
  const turnMs = openTimeBetween(waitingSince, reader.now, hours, timeZone);
  return turnMs > 0 ? { turnMs } : {};
}

function speech(
  { text: given, files = [], answers }: Extract<Act["content"], { type: "said" }>,
  { quote }: Referred,
): ActMeaning | ActRefusal {
  if (hasGap(given)) return { reason: "gapLeft" };
  const text = given.trim() === "" && files.length > 0 ? "" : wordsOf(given);
  if (text === undefined) return { reason: "wordsMissing" };
  return {
    type: "agent-said",
    text,
    ...(files.length > 0 && { files }),
    ...(answers !== undefined && quote !== undefined && { answers, quote }),
  };
}

function reworded(message: string, text: string, before: Message): ActMeaning {
  const files = filesIn(before);
  const { quote } = before;
  return {
    type: "agent-reworded",
    message,
    text,
    ...(files.length > 0 && { files }),
    ...(quote !== undefined && { quote }),
  };
}

function wordsOf(text: string): string | undefined {
  const read = readFreeText(text, { min: 1, max: longestWords });
  return "value" in read ? read.value : undefined;
}

const withMoney: ReadonlySet<DecisionOutcome> = new Set(["fullRefund", "partialRefund"]);

/** The decision as it is made or, above the sum that needs one, proposed to a second person. */
export function decision(
  draft: DecisionDraft,
  { approvalAmountMinor }: Pick<DeskRules, "approvalAmountMinor">,
): { type: "decided" | "decision-proposed"; decision: DecisionDraft } | ActRefusal {
  const { outcome, amountMinor, currency } = draft;
  const cited = draft.clauses.filter((id) => (clauses as readonly string[]).includes(id));
  if (cited.length === 0 || cited.length < draft.clauses.length) return { reason: "clauseMissing" };
  const needsAmount = withMoney.has(outcome);
  const hasAmount = amountMinor !== undefined && amountMinor > 0 && currency !== undefined;
  if (needsAmount && !hasAmount) return { reason: "amountMissing" };
  if (hasGap(draft.reasons)) return { reason: "gapLeft" };
  const reasons = wordsOf(draft.reasons);
  if (reasons === undefined) return { reason: "reasonsMissing" };
  const decided: DecisionDraft = {
    outcome,
    ...(needsAmount && hasAmount && { amountMinor, currency }),
    clauses: cited,
    reasons,
  };
  const needsSecond =
    needsAmount && approvalAmountMinor !== undefined && (amountMinor ?? 0) >= approvalAmountMinor;
  return { type: needsSecond ? "decision-proposed" : "decided", decision: decided };
}

/** The answer in an agent's words, and the row that it leads to. */
function correction(
  question: string,
  text: string,
  { record }: OpenCase,
  { at, timeZone }: RefundContext,
  { reader }: DeskRules,
): ActMeaning | ActRefusal {
  if (!isQuestion(question)) return { reason: "notUnderstood" };
  const isChoice = (questions[question].choices as readonly string[]).includes(text);
  const reading = isChoice
    ? { value: chosenAnswer(question, text, reader) }
    : readAnswer(question, text, record.answers, reader);
  if ("fault" in reading) return { reason: "notUnderstood" };
  const corrected = { [question]: reading.value } as Answers;
  const known = {
    answers: { ...record.answers, ...corrected },
    evidenceCount: countShown(record.evidence),
    at,
    timeZone,
  };
  const rule: RuleId | undefined = decidingRule(record.topic, (fact) => readFact(fact, known));
  return rule === undefined
    ? { reason: "undecidable" }
    : { type: "fact-corrected", answers: corrected, rule };
}
