import type { Block, Choice, FormField, Message } from "../../src/core/message.ts";
import type { Texts } from "../../src/core/texts.ts";
import { satisfactions } from "../../src/core/case.ts";
import { unrated } from "./case-steps.ts";
import type { RefundContext } from "./context.ts";
import type { Topic } from "./policy/rules.ts";
import { questions, type QuestionId } from "./questions.ts";
import { questionsAhead, type Place, type Standing } from "./standing.ts";
import { answerText, choiceLabel, filesFor, valuesOf } from "./wording.ts";

/** What is asked where the customer stands, and what can be pressed there. */
export type Prompt = Pick<Message, "blocks" | "choices" | "awaits" | "form">;

/** The topics as a customer looks for them. */
const topicGroups: Record<string, readonly Topic[]> = {
  delivery: ["notDelivered", "slowDelivery", "partial", "stopDelivery"],
  result: ["drop", "wrongCountry", "changedMind"],
  service: ["autoService", "account"],
  payment: ["recurring", "dispute"],
  else: ["other", "human"],
};

const awaited = {
  choice: undefined,
  figure: "figure",
  money: "figure",
  orderNumber: "figure",
  moment: "text",
  text: "text",
  links: "text",
  files: "files",
} as const;

const prompted = new WeakMap<Standing, { texts: Texts; prompt: Prompt }>();

/** Made once for each standing: what a turn has asked, the next reads its answer by. */
export function promptAt(at: Standing, texts: Texts): Prompt {
  const before = prompted.get(at);
  if (before?.texts === texts) return before.prompt;
  const prompt = prompts[at.place](at, texts);
  prompted.set(at, { texts, prompt });
  return prompt;
}

/** How far the customer has come among the topic's questions; none once people have the case. */
export function progressAt(at: Standing): Pick<Message, "progress"> {
  const { place, afterwards, context } = at;
  if (place !== "asking" || afterwards) return {};
  const passed = context.path.length;
  return { progress: { step: passed + 1, of: passed + questionsAhead(at) } };
}

const prompts: Record<Place, (at: Standing, texts: Texts) => Prompt> = {
  asking: askQuestion,

  choosingTopic: ({ context }, texts) => ({
    blocks: [text(texts, context.pastCases.length > 0 ? "bot:topics.askAgain" : "bot:topics.ask")],
    choices: [
      ...Object.entries(topicGroups).flatMap(([group, members]) =>
        members.map((topic) => ({
          id: `topic:${topic}`,
          label: texts.text(`bot:topic.${topic}`),
          group: texts.text(`bot:topicGroup.${group}`),
          weight: "normal" as const,
          ...(topic === "human" && { pinned: true as const }),
        })),
      ),
      ...(context.discarded ? [choice(texts, "restore", "normal")] : []),
      ...(context.topic !== undefined ? [choice(texts, "back", "quiet")] : []),
      ...(context.pastCases.length > 0 ? [choice(texts, "status", "quiet")] : []),
      choice(texts, "help", "quiet"),
    ],
    awaits: "text",
  }),

  reviewing: ({ context }, texts) => ({
    blocks: [
      text(texts, "bot:review.ask"),
      {
        type: "review",
        title: texts.text("bot:review.title"),
        rows: reviewed(context).map((question) => reviewRow(question, context, texts)),
      },
    ],
    choices: [choice(texts, "confirm", "primary"), ...waysOut(texts)],
  }),

  clarified: ({ context }, texts) => ({
    blocks: [text(texts, "bot:clarified.ask")],
    choices: [
      ...(context.assessment?.offers ?? []).map((offer) =>
        choice(texts, `offer:${offer}`, "primary"),
      ),
      ...(context.topic === "changedMind" ? [choice(texts, "withdrawal", "normal")] : []),
      choice(texts, "person", "normal"),
      choice(texts, "another", "normal"),
      ...waysOut(texts, ["back", "help"]),
    ],
  }),

  waitOffered: (_, texts) => ({
    blocks: [text(texts, "bot:wait.ask")],
    choices: [choice(texts, "remind", "primary"), ...afterAnswer(texts)],
  }),

  waiting: ({ context }, texts) => ({
    blocks: [
      text(texts, "bot:wait.waiting", {
        moment: texts.moment(context.assessment?.waitUntil ?? context.at, context.timeZone),
      }),
    ],
    choices: afterAnswer(texts),
  }),

  ready: ({ context }, texts) => ({
    blocks: [text(texts, "bot:case.ask")],
    choices: [
      choice(texts, "addition", "normal"),
      ...(context.case?.record.email === undefined ? [choice(texts, "email", "normal")] : []),
      choice(texts, "returnLink", "normal"),
      choice(texts, "status", "normal"),
      ...(context.case?.contested ? [] : [choice(texts, "contest", "normal")]),
      choice(texts, "another", "normal"),
      ...waysOut(texts, ["person", "help"]),
    ],
    awaits: "text",
  }),

  askingAddition: inCase("bot:case.addition"),
  askingEmail: inCase("bot:case.email"),
  askingContest: inCase("bot:case.contest"),

  confirmingWithdrawal: (_, texts) => ({
    blocks: [text(texts, "bot:withdrawal.ask")],
    choices: [
      choice(texts, "confirmWithdrawal", "primary"),
      choice(texts, "back", "normal"),
      ...waysOut(texts, ["help", "person"]),
    ],
  }),
};

function askQuestion(at: Standing, texts: Texts): Prompt {
  const { question, context, afterwards } = at;
  if (question === undefined) throw new TypeError("no question is open");
  const { kind, choices } = questions[question];
  const own = `bot:question.${question}.topic.${context.topic}`;
  const keyOf = (part: string) =>
    texts.has(`${own}.${part}`) ? `${own}.${part}` : `bot:question.${question}.${part}`;
  const help: Block[] = texts.has(keyOf("help"))
    ? [
        {
          type: "help",
          title: texts.text(keyOf("helpTitle")),
          text: texts.text(keyOf("help"), valuesOf(context)),
        },
      ]
    : [];
  const awaits = awaited[kind];
  return {
    blocks: [text(texts, keyOf("ask"), valuesOf(context)), ...help],
    choices: [
      ...(kind === "files" && context.evidence.length > 0
        ? [choice(texts, `${question}:given`, "normal", "bot:choice.given", context)]
        : []),
      ...choices.map((id) => ({
        id: `${question}:${id}`,
        label: choiceLabel(question, id, texts, context),
        weight: "normal" as const,
      })),
      ...(context.topic === "changedMind" && !afterwards
        ? [choice(texts, "withdrawal", "normal")]
        : []),
      ...waysOut(texts, afterwards ? ["back", "help"] : undefined),
    ],
    ...(awaits && { awaits, form: formAt(at, texts) }),
  };
}

/** What every case carries (clause 2) is asked together; the rest one at a time, as the next question hangs on the answer. */
const together: readonly QuestionId[] = ["service", "links", "description", "pictures"];

function formAt({ question, context, afterwards }: Standing, texts: Texts): FormField[] {
  const open = question === undefined ? [] : [question];
  const leads = open.some((one) => together.includes(one)) || afterwards;
  const behind = leads ? together.filter((one) => context.answers[one] === undefined) : [];
  return [...new Set([...open, ...behind])].map((one) => ({
    question: one,
    label: texts.text(`bot:question.${one}.label`),
    awaits: awaited[questions[one].kind] ?? "text",
  }));
}

function inCase(key: string) {
  return (_: Standing, texts: Texts): Prompt => ({
    blocks: [text(texts, key)],
    choices: waysOut(texts, ["back", "person", "help"]),
    awaits: "text",
  });
}

/** Files given where the topic asked for them are not told a second time as attachments. */
function reviewed({ path, answers }: RefundContext): QuestionId[] {
  const beside = (["description", "pictures"] as const).filter(
    (question) => answers[question] !== undefined,
  );
  const rows = [...new Set<QuestionId>([...path, ...beside])];
  const others = rows.filter((question) => question !== "pictures");
  const isGiven = (question: QuestionId) =>
    questions[question].kind === "files" && answers[question] === "given";
  return others.some(isGiven) ? others : rows;
}

function reviewRow(question: QuestionId, context: RefundContext, texts: Texts) {
  const label = texts.text(`bot:question.${question}.label`);
  return {
    label,
    value: answerText(question, context, texts),
    change: {
      id: `change:${question}`,
      label: texts.text("bot:review.change", { what: label }),
      weight: "quiet" as const,
    },
    ...(questions[question].kind === "files" && { evidence: filesFor(question, context) }),
  };
}

function waysOut(
  texts: Texts,
  ids: readonly string[] = ["back", "startOver", "help", "person"],
): Choice[] {
  return ids.map((id) => choice(texts, id, "quiet"));
}

function afterAnswer(texts: Texts): Choice[] {
  return [
    choice(texts, "person", "normal"),
    choice(texts, "another", "normal"),
    ...waysOut(texts, ["back", "help"]),
  ];
}

/** How a case was handled, of the case that this may still be said of. */
export function satisfactionChoices(context: RefundContext, texts: Texts): Choice[] {
  const number = unrated(context)?.number;
  if (number === undefined) return [];
  return satisfactions.map((one) => ({
    id: `satisfaction:${one}:${number}`,
    label: texts.text(`bot:satisfaction.${one}`),
    weight: "normal",
  }));
}

/** A button whose label is `bot:button.<id>`, a colon in the id written as a point. */
export function choice(
  texts: Texts,
  id: string,
  weight: Choice["weight"],
  key = `bot:button.${id.replace(":", ".")}`,
  context?: RefundContext,
): Choice {
  return { id, label: texts.text(key, context && valuesOf(context)), weight };
}

export function text(
  texts: Texts,
  key: string,
  values?: Readonly<Record<string, string | number>>,
): Block {
  return { type: "text", text: texts.text(key, values) };
}
