import type { Conversation, Said } from "../../src/core/conversation.ts";
import { maxEvidenceFiles, type Evidence } from "../../src/core/evidence.ts";
import type { Inbound } from "../../src/core/inbound.ts";
import { isLanguage } from "../../src/core/language.ts";
import type { Choice } from "../../src/core/message.ts";
import type { Texts } from "../../src/core/texts.ts";
import type { RefundEvent } from "./context.ts";
import { offers, topics, type Offer, type Topic } from "./policy/rules.ts";
import { promptAt, type Prompt } from "./prompt.ts";
import { isQuestion, questions, type Answers, type QuestionId } from "./questions.ts";
import { chosenAnswer, readAnswer, type Reader } from "./read-answer.ts";
import { readCommand, readUnknown, readYesNo } from "./read/command.ts";
import { readEmail } from "./read/email.ts";
import { readFreeText } from "./read/free-text.ts";
import { fold } from "./read/reading.ts";
import { readTopic } from "./read/topic.ts";
import { readWithdrawal } from "./read/withdrawal.ts";
import { standing, type Standing } from "./standing.ts";

/** What an event says, without when and by what chance. */
type Meaning = RefundEvent extends infer E
  ? E extends RefundEvent
    ? Omit<E, "at" | "dice">
    : never
  : never;

interface Scene {
  inbound: Inbound;
  at: Standing;
  prompt: Prompt;
  texts: Texts;
  reader: Reader;
}

interface Read {
  meaning: Meaning;
  said?: Said;
}

/** From this many letters on, words that fit no topic are a description worth keeping. */
const descriptionLength = 15;

/** What a customer did, as the event that it means where the conversation stands. Total: there is always one. */
export function readEvent(
  inbound: Inbound,
  conversation: Conversation,
  texts: Texts,
  reader: Reader,
): Read {
  const at = standing(conversation.snapshot);
  const scene: Scene = { inbound, at, prompt: promptAt(at, texts), texts, reader };
  const { content } = inbound;
  switch (content.type) {
    case "started":
      return { meaning: { type: "started" } };
    case "pressed":
      return readPress(content.choice, content.revision < conversation.promptedRevision, scene);
    case "text":
      return { meaning: readText(content.text, scene), said: { text: content.text } };
    case "files":
      return readFiles(content.files, content.caption, scene);
    case "form":
      return readForm(content.answers, scene);
    case "edited":
      return { meaning: readEdit(content.of, content.text, scene), said: { text: content.text } };
  }
}

// Buttons.

function readPress(id: string, older: boolean, scene: Scene): Read {
  const offered = offeredAt(scene.prompt).find((choice) => choice.id === id);
  // Of an older message only the answers to the question that still stands can be pressed: a second "back" would go back twice.
  const answersNow = scene.at.question !== undefined && id.startsWith(`${scene.at.question}:`);
  const open = offered ? !older || answersNow : isAlwaysOffered(id);
  const said = labelOf(id, offered, scene.texts);
  return {
    meaning: (open && meaningOf(id, scene)) || { type: "stale-pressed" },
    ...(said !== undefined && { said: { text: said } }),
  };
}

function offeredAt({ choices, blocks }: Prompt): Choice[] {
  return [
    ...choices,
    ...blocks.flatMap((block) =>
      block.type === "review" ? block.rows.map((row) => row.change) : [],
    ),
  ];
}

/** A person and another language can be had from everywhere, with no button of the message's own. */
const isAlwaysOffered = (id: string) => id === "person" || id.startsWith("language:");

function labelOf(id: string, offered: Choice | undefined, texts: Texts): string | undefined {
  if (offered) return offered.label;
  if (id === "person") return texts.text("bot:button.person");
  const language = id.slice("language:".length);
  return isLanguage(language) ? texts.text(`bot:language.name.${language}`) : undefined;
}

const simple: Readonly<Record<string, Meaning>> = {
  back: { type: "went-back" },
  startOver: { type: "started-over" },
  restore: { type: "restored" },
  help: { type: "help-asked" },
  person: { type: "person-asked" },
  status: { type: "status-asked" },
  another: { type: "another-asked" },
  remind: { type: "reminder-asked" },
  confirm: { type: "confirmed" },
  returnLink: { type: "return-link-asked" },
  email: { type: "email-asked" },
  addition: { type: "addition-asked" },
  contest: { type: "contest-asked" },
  withdrawal: { type: "withdrawal-asked" },
};

/** What a button means; undefined for an id that none has. */
function meaningOf(id: string, { inbound, reader, texts }: Scene): Meaning | undefined {
  if (Object.hasOwn(simple, id)) return simple[id];
  if (id === "confirmWithdrawal")
    return { type: "withdrawal-declared", declaration: texts.text("bot:withdrawal.declaration") };
  const [kind = "", value = ""] = id.split(":");
  if (kind === "language" && isLanguage(value)) return { type: "language-chosen", language: value };
  if (kind === "topic" && topics.includes(value as Topic)) {
    return value === "human"
      ? { type: "person-asked" }
      : { type: "topic-chosen", topic: value as Topic };
  }
  if (kind === "offer" && offers.includes(value as Offer))
    return { type: "offer-taken", offer: value as Offer };
  if (kind === "change" && isQuestion(value)) return { type: "change-asked", question: value };
  if (!isQuestion(kind)) return undefined;
  return {
    type: "answered",
    answers: { [kind]: chosenAnswer(kind, value, reader) },
    source: inbound.key,
  };
}

// Words.

function readText(text: string, scene: Scene): Meaning {
  const label = exactLabel(text, scene);
  if (label) return meaningOf(label, scene) ?? { type: "stale-pressed" };
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

/** The choice whose whole label is typed instead of pressed. */
function exactLabel(text: string, { prompt }: Scene): string | undefined {
  if (text.length > longestLabel) return undefined;
  return prompt.choices.find(({ label }) => asLabel(label) === asLabel(text))?.id;
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
      asLabel(label).startsWith(said) &&
      (said.length > 2 || !/^\p{L}/u.test(asLabel(label).slice(said.length))),
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

function answered(question: QuestionId, value: Answers[QuestionId], source: string) {
  return { type: "answered" as const, answers: { [question]: value } as Answers, source };
}

// Files, forms, edits.

function readFiles(files: readonly Evidence[], caption: string | undefined, scene: Scene): Read {
  const { at, inbound } = scene;
  const said = { files, ...(caption && { text: caption }) };
  const given = at.context.evidence.length + files.length;
  const most = Math.max(maxEvidenceFiles, neededFiles(at));
  if (given > most)
    return {
      meaning: { type: "answer-refused", fault: "tooManyFiles", values: { max: most } },
      said,
    };
  const words = caption ? readText(caption, scene) : undefined;
  if (words?.type === "withdrawal-declared" || words?.type === "person-asked")
    return { meaning: words, said };
  const answers: Answers = {
    ...(words?.type === "answered" && words.answers),
    ...fileAnswer(at, given),
  };
  const description =
    caption && at.context.answers.description === undefined && words?.type !== "answered"
      ? readFreeText(caption, { min: descriptionLength, max: 2000 })
      : undefined;
  return {
    meaning: {
      type: "evidence-given",
      files,
      source: inbound.key,
      answers: {
        ...answers,
        ...(description && "value" in description && { description: description.value }),
      },
    },
    said,
  };
}

/** The files answer the question that waits for them, once there are enough. */
function fileAnswer(at: Standing, given: number): Answers {
  const { question } = at;
  if (question === undefined || questions[question].kind !== "files") return {};
  return given >= neededFiles(at) ? { [question]: "given" } : {};
}

/** A picture for each faulty account (5.9c), one elsewhere. */
function neededFiles({ question, context: { answers } }: Standing): number {
  return question === "accountPictures" && typeof answers.accountsFaulty === "number"
    ? answers.accountsFaulty
    : 1;
}

function readForm(form: Readonly<Record<string, string>>, { at, inbound, reader }: Scene): Read {
  const said = { text: Object.values(form).join("\n") };
  const answers: Answers = {};
  for (const [question, text] of Object.entries(form)) {
    if (!isQuestion(question)) continue;
    const choice = (questions[question].choices as readonly string[]).includes(text)
      ? chosenAnswer(question, text, reader)
      : undefined;
    const reading =
      choice === undefined
        ? readAnswer(question, text, { ...at.context.answers, ...answers }, reader)
        : { value: choice };
    if ("fault" in reading)
      return { meaning: { type: "answer-refused", question, ...reading }, said };
    Object.assign(answers, { [question]: reading.value });
  }
  return { meaning: { type: "answered", answers, source: inbound.key }, said };
}

/** An edit corrects the answer that the edited text gave, as long as that answer counts. */
function readEdit(of: string, text: string, scene: Scene): Meaning {
  const { at, reader } = scene;
  const question = (Object.keys(at.context.sources) as QuestionId[]).find(
    (key) => at.context.sources[key] === of,
  );
  const open =
    at.path[0] === "filling" &&
    question !== undefined &&
    at.context.answers[question] !== undefined;
  if (!open) return { type: "edited-late" };
  const reading = readAnswer(question, text, at.context.answers, reader);
  if ("fault" in reading) return { type: "answer-refused", question, ...reading };
  return {
    ...answered(question, reading.value, of),
    ...(reading.twoWays && { understood: question }),
  };
}
