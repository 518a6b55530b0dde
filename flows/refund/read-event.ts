import type { Conversation, Said } from "../../src/core/conversation.ts";
import {
  countShown,
  isAudio,
  maxEvidenceFiles,
  type Evidence,
  type EvidenceRefusal,
} from "../../src/core/evidence.ts";
import type { Inbound, InboundContent } from "../../src/core/inbound.ts";
import type { Texts } from "../../src/core/texts.ts";
import { topics } from "./policy/rules.ts";
import { promptAt } from "./prompt.ts";
import { isQuestion, questions, type Answers, type QuestionId } from "./questions.ts";
import { chosenAnswer, readAnswer, type Reader } from "./read-answer.ts";
import {
  readPress,
  readSatisfaction,
  simple,
  type Meaning,
  type Read,
  type Scene,
} from "./read-press.ts";
import { answered, descriptionLength, readText } from "./read-words.ts";
import { readFreeText } from "./read/free-text.ts";
import { readOrderNumber } from "./read/order-number.ts";
import { standing, type Standing } from "./standing.ts";

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
  const rated = content.type === "pressed" ? readSatisfaction(content.choice, scene) : undefined;
  if (rated) return rated;
  if (at.owned) {
    const heard = hearFor(content, scene);
    if (heard) return heard;
  }
  switch (content.type) {
    case "started":
      return { meaning: readStart(content.payload ?? "", scene) };
    case "command":
      return { meaning: simple[content.command], said: { text: `/${content.command}` } };
    case "pressed":
      return readPress(content.choice, content.revision < conversation.promptedRevision, scene);
    case "text":
      return { meaning: readText(content.text, scene), said: { text: content.text } };
    case "files":
      return readFiles(content, scene);
    case "unsupported":
      return { meaning: { type: "unsupported-sent", kind: content.kind } };
    case "form":
      return readForm(content.answers, scene);
    case "edited":
      return {
        meaning: readEdit(content.of, content.text, scene),
        said: { text: content.text, edits: content.of },
      };
    case "deleted":
      return {
        meaning: { type: "message-deleted", of: content.of },
        said: { deletes: content.of },
      };
    case "unreachable":
      return { meaning: { type: "customer-unreachable", reason: content.reason } };
    case "reachable":
      return { meaning: { type: "customer-reachable" } };
    case "moved":
      return { meaning: { type: "customer-moved" } };
    case "undelivered": {
      const { message, reason } = content;
      return { meaning: { type: "message-undelivered", message, reason } };
    }
  }
}

/** While an agent has the thread all that a customer says is for them; what the platform says is not. */
function hearFor(content: InboundContent, { prompt }: Scene): Read | undefined {
  switch (content.type) {
    case "text":
      return heard({ text: content.text }, { text: content.text });
    case "edited":
      return heard({ text: content.text }, { text: content.text, edits: content.of });
    case "files": {
      const { files, refused = [], caption } = content;
      const text = caption ? { text: caption } : {};
      return heard({ files, ...text }, { files, ...text, ...(refused.length > 0 && { refused }) });
    }
    case "pressed": {
      const label = prompt.choices.find(({ id }) => id === content.choice)?.label;
      return heard(label ? { text: label } : {}, label ? { text: label } : {});
    }
    case "command":
      return heard({}, { text: `/${content.command}` });
    case "form":
      return heard(
        { text: Object.values(content.answers).join("\n") },
        { text: Object.values(content.answers).join("\n") },
      );
    case "started":
    case "unsupported":
      return heard({}, {});
    case "deleted":
    case "unreachable":
    case "reachable":
    case "moved":
    case "undelivered":
      return undefined;
  }
}

const heard = (words: { text?: string; files?: readonly Evidence[] }, said: Said): Read => ({
  meaning: { type: "customer-wrote", ...words },
  said,
});

/** A link to the chat may name the topic, the order number, or both; it changes nothing of a dialogue that has begun. */
function readStart(payload: string, { at, inbound, reader }: Scene): Meaning {
  if (at.place !== "choosingTopic") return { type: "started" };
  const [named = "", ...others] = payload.split(/[_-]/u);
  const topic = topics.find((one) => one === named);
  const number = readOrderNumber(topic ? others.join("-") : payload, reader.orderNumberPattern);
  const orderNumber = "value" in number ? number.value : undefined;
  if (topic === "human") return { type: "person-asked" };
  if (topic)
    return { type: "topic-chosen", topic, ...(orderNumber !== undefined && { orderNumber }) };
  return orderNumber === undefined
    ? { type: "started" }
    : { ...answered("orderNumber", orderNumber, inbound.key), understood: "orderNumber" };
}

/** What the bot can't listen to is kept in the transcript, for people. */
function readFiles(
  { files: all, refused, caption }: Extract<InboundContent, { type: "files" }>,
  scene: Scene,
): Read {
  const { at, inbound } = scene;
  const files = all.filter((file) => !isAudio(file));
  const unheard: EvidenceRefusal[] = files.length < all.length ? ["wrongType"] : [];
  const reasons = [...(refused ?? []), ...unheard];
  const notTaken = reasons.length > 0 ? { refused: reasons } : {};
  const said = {
    files: all,
    ...(refused && refused.length > 0 && { refused }),
    ...(caption && { text: caption }),
  };
  if (files.length === 0 && unheard.length > 0) {
    const words = caption ? readText(caption, scene) : undefined;
    const read = words?.type === "answer-refused" ? undefined : words;
    return { meaning: read ?? { type: "unsupported-sent", kind: "voice" }, said };
  }
  if (files.length === 0) return { meaning: { type: "evidence-refused", refused: reasons }, said };
  const given = countShown(at.context.evidence) + files.length;
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
      ...notTaken,
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
