import { questions, type Answers, type QuestionId } from "./questions.ts";
import { readAnswer } from "./read-answer.ts";
import { satisfactionChoices } from "./prompt.ts";
import { meaningOf, readSatisfaction, type Meaning, type Scene } from "./read-press.ts";
import { readCommand, readUnknown, readYesNo } from "./read/command.ts";
import { readEmail } from "./read/email.ts";
import { readFreeText } from "./read/free-text.ts";
import { fold } from "./read/reading.ts";
import { readTopic } from "./read/topic.ts";
import { readWithdrawal } from "./read/withdrawal.ts";
import type { Standing } from "./standing.ts";

/** From this many letters on, words that fit no topic are a description worth keeping. */
export const descriptionLength = 15;
/** Typed words: a label, a declaration, a command, or what the place where the customer stands makes of them. */
export function readText(text: string, scene: Scene): Meaning {
  const label = exactLabel(text, scene);
  if (label)
    return (
      meaningOf(label, scene) ??
      readSatisfaction(label, scene)?.meaning ?? { type: "stale-pressed" }
    );
  const withdrawal = readWithdrawal(text);
  if (withdrawal === "declared")
    return { type: "withdrawal-declared", declaration: text.slice(0, 2000) };
  if (withdrawal && scene.at.place !== "confirmingWithdrawal") return { type: "withdrawal-asked" };
  const command = readCommand(text);
  if (command && command !== "contest" && command !== "addition" && command !== "returnLink")
    return meaningOf(command, scene) as Meaning;
  if (command && scene.at.place === "ready") return meaningOf(command, scene) as Meaning;
  const typed = typedChoice(text, scene);
  if (typed) return meaningOf(typed, scene) ?? { type: "stale-pressed" };
  return wordsAt[scene.at.place]?.(text, scene) ?? { type: "answer-refused", fault: "notAChoice" };
}

/** What may be a label: a longer text is none. */
const longestLabel = 100;

const asLabel = (text: string) => fold(text).replace(/[.!]+$/, "");

/** Labels come from the locales and come again with every question: each is folded once. */
const folded = new Map<string, string>();
const mostFolded = 5000;

function asOwnLabel(label: string): string {
  const known = folded.get(label);
  if (known !== undefined) return known;
  if (folded.size >= mostFolded) folded.clear();
  const fresh = asLabel(label);
  folded.set(label, fresh);
  return fresh;
}

/** The choice whose whole label is typed instead of pressed. */
function exactLabel(text: string, { at, prompt, texts }: Scene): string | undefined {
  if (text.length > longestLabel) return undefined;
  const said = asLabel(text);
  const beside = at.place === "ready" ? satisfactionChoices(at.context, texts) : [];
  return [...prompt.choices, ...beside].find(({ label }) => asOwnLabel(label) === said)?.id;
}

/** The choice whose label begins so, or whose number is typed. */
function typedChoice(text: string, { at, prompt }: Scene): string | undefined {
  if (text.length > longestLabel) return undefined;
  const said = asLabel(text);
  const answers = prompt.choices.filter((choice) => choice.weight !== "quiet");
  const numbered =
    at.place !== "asking" || (at.question && questions[at.question].kind === "choice");
  if (numbered && at.place !== "ready" && /^\d{1,2}[.)]?$/.test(said))
    return answers[Number.parseInt(said, 10) - 1]?.id;
  if (said.length < 2 || at.place === "ready") return undefined;
  // Two letters are a whole word of the label, such as "ja".
  const begun = answers.filter(
    ({ label }) =>
      asOwnLabel(label).startsWith(said) &&
      (said.length > 2 || !/^\p{L}/u.test(asOwnLabel(label).slice(said.length))),
  );
  return begun.length === 1 ? begun[0]?.id : undefined;
}

const wordsAt: Partial<Record<Standing["place"], (text: string, scene: Scene) => Meaning>> = {
  choosingTopic(text) {
    const topic = readTopic(text);
    const described = readFreeText(text, { min: descriptionLength, max: 2000 });
    const description = "value" in described ? described.value : undefined;
    if (topic)
      return { type: "topic-chosen", topic, ...(description !== undefined && { description }) };
    return description === undefined
      ? { type: "answer-refused", fault: "noTopic" }
      : { type: "problem-told", description };
  },
  asking(text, { at, inbound, reader }) {
    const { question, context } = at;
    if (!question) return { type: "answer-refused", fault: "notAChoice" };
    const { choices, kind } = questions[question];
    const honest = choices.find(
      (choice) =>
        choice === "unknown" || choice === "skip" || (choice === "none" && kind === "files"),
    );
    const yesNo = readYesNo(text);
    if (yesNo && (choices as readonly string[]).includes(yesNo))
      return answered(question, yesNo, inbound.key);
    if (honest && readUnknown(text)) return answered(question, honest, inbound.key);
    const reading = readAnswer(question, text, context.answers, reader);
    if ("fault" in reading) return { type: "answer-refused", question, ...reading };
    return {
      ...answered(question, reading.value, inbound.key),
      ...(reading.twoWays && { understood: question }),
    };
  },
  reviewing: (text) =>
    readYesNo(text) === "yes"
      ? { type: "confirmed" }
      : { type: "answer-refused", fault: "notAChoice" },
  confirmingWithdrawal(text, scene) {
    const yesNo = readYesNo(text);
    if (yesNo === "no") return { type: "went-back" };
    return (
      (yesNo && meaningOf("confirmWithdrawal", scene)) || {
        type: "answer-refused",
        fault: "notAChoice",
      }
    );
  },
  ready: toCase((text) => ({ type: "case-extended", text })),
  askingAddition: toCase((text) => ({ type: "case-extended", text })),
  askingContest: toCase((text) => ({ type: "contested", text })),
  askingEmail(text) {
    const reading = readEmail(text);
    return "fault" in reading
      ? { type: "answer-refused", ...reading }
      : { type: "email-given", email: reading.value };
  },
};

function toCase(meaning: (text: string) => Meaning) {
  return (text: string): Meaning => {
    const reading = readFreeText(text, { min: 1, max: 2000 });
    return "fault" in reading ? { type: "answer-refused", ...reading } : meaning(reading.value);
  };
}
export function answered(question: QuestionId, value: Answers[QuestionId], source: string) {
  return { type: "answered" as const, answers: { [question]: value } as Answers, source };
}
