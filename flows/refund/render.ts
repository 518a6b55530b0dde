import { answerDueAt, type BusinessHours } from "../../src/core/calendar.ts";
import type { Snapshot } from "../../src/core/conversation.ts";
import type { Evidence, EvidenceRefusal } from "../../src/core/evidence.ts";
import { type Language, languages } from "../../src/core/language.ts";
import type { Block, Choice, Message } from "../../src/core/message.ts";
import type { SayEffect } from "../../src/core/flow.ts";
import type { Texts, TextValues } from "../../src/core/texts.ts";
import type { AgentRef } from "../../src/core/agent.ts";
import { assessmentCard } from "./assessment-card.ts";
import { decisionCard } from "./decision-card.ts";
import { statusOf } from "./case-steps.ts";
import type { DecisionRecord, OpenCase, RefundContext, SayTopic } from "./context.ts";
import { information } from "./policy/clauses.ts";
import { choice, progressAt, promptAt, satisfactionChoices, text } from "./prompt.ts";
import { isQuestion, questions } from "./questions.ts";
import { standing, type Standing } from "./standing.ts";
import { answerText, valuesOf } from "./wording.ts";

/** What the texts say of the shop. */
export interface Shop {
  name: string;
  policyUrl: string;
  privacyUrl: string;
  /** In this zone dates are read and business hours counted. */
  timeZone: string;
  businessHours: BusinessHours;
  /** An order number as this shop writes them, if one is known. */
  orderNumberExample?: string;
}

interface Scene {
  shop: Shop;
  texts: Texts;
  at: Standing;
  values: Readonly<Record<string, unknown>>;
}

/** The messages for what was said, closed by the prompt of where the customer stands. */
export function render(
  said: readonly SayEffect[],
  snapshot: Snapshot,
  texts: Texts,
  shop: Shop,
): Message[] {
  const at = standing(snapshot);
  const { language } = texts;
  const own: Message[] = [];
  const greeting: Block[] = [];
  const beforePrompt: Block[] = [];
  for (const { params } of said) {
    const topic = params.topic as SayTopic;
    if (at.owned && !besideAgent.has(topic)) continue;
    const values = params.values ?? {};
    if (isSpoken(topic)) {
      own.push(...spokenBy(values, language));
      continue;
    }
    const blocks = says[topic]({ shop, texts, at, values });
    if (topic === "welcome") greeting.push(...blocks);
    else if (apart.has(topic)) own.push({ language, blocks, choices: [] });
    else beforePrompt.push(...blocks);
  }
  // With the first question, and before anything else.
  if (own.length === 0) beforePrompt.unshift(...greeting);
  else if (greeting.length > 0) own.unshift({ language, blocks: greeting, choices: [] });
  const asksOn = !own.some(({ replaces }) => replaces !== undefined);
  if (!at.owned) return asksOn ? [...own, prompted()] : own;
  // A person speaks: what is said of it, and no question of the bot's.
  return beforePrompt.length === 0
    ? own
    : [...own, { language, blocks: beforePrompt, choices: [] }];

  function prompted(): Message {
    const prompt = promptAt(at, texts);
    const rates = said.some(({ params }) => params.topic === "satisfactionAsked");
    return {
      ...prompt,
      ...progressAt(at),
      language,
      // One question at a time: what else can be done with a case stays on the buttons.
      blocks: [...beforePrompt, ...(rates && at.place === "ready" ? [] : prompt.blocks)],
      choices: [
        ...(said.some(({ params }) => params.topic === "languages") ? languageChoices(texts) : []),
        ...(rates ? satisfactionChoices(at.context, texts) : []),
        ...(at.context.misses >= 2 ? withPersonFirst(prompt.choices, texts) : prompt.choices),
      ],
    };
  }
}

/** What may be said while an agent has the thread; whatever else the machine says, nobody hears it. */
const besideAgent: ReadonlySet<SayTopic> = new Set([
  "agentJoined",
  "agentSaid",
  "agentReworded",
  "agentWithdrew",
  "agentAsked",
]);

const spoken = ["agentSaid", "agentReworded", "agentWithdrew"] as const;

/** Whether it is a person's own words. */
const isSpoken = (topic: SayTopic): topic is (typeof spoken)[number] =>
  spoken.some((one) => one === topic);

/** The text with the first file, and each further file, as a message of its own. */
function spokenBy(values: Readonly<Record<string, unknown>>, language: Language): Message[] {
  const {
    agent,
    text: said = "",
    files = [],
    answers,
    quote,
    message,
  } = values as unknown as Spoken;
  const [first, ...others] = files.map((file): Block => ({ type: "file", file }));
  const words: Block[] = said === "" ? [] : [{ type: "text", text: said }];
  const own = { language, choices: [], author: agent };
  return [
    {
      ...own,
      blocks: [...words, ...(first ? [first] : [])],
      ...(message !== undefined && { replaces: message }),
      ...(answers !== undefined && { answers }),
      ...(quote !== undefined && { quote }),
    },
    ...others.map((file) => ({ ...own, blocks: [file] })),
  ];
}

interface Spoken {
  agent: AgentRef;
  text?: string;
  files?: readonly Evidence[];
  answers?: string;
  quote?: string;
  message?: string;
}

/** What is a message of its own. */
const apart: ReadonlySet<SayTopic> = new Set(["receipt", "decision"]);

const languageChoices = (texts: Texts): Choice[] =>
  languages.map((language) => ({
    id: `language:${language}`,
    label: texts.text(`bot:language.name.${language}`),
    weight: "normal",
  }));

/** After two answers that were not understood a person is offered before anything else. */
function withPersonFirst(choices: Message["choices"], texts: Texts): Message["choices"] {
  const others = choices.filter(({ id }) => id !== "person");
  return [choice(texts, "person", "primary"), ...others];
}

const plain =
  (key: string) =>
  ({ texts, at }: Scene) => [text(texts, key, valuesOf(at.context))];

const says: Record<Exclude<SayTopic, (typeof spoken)[number]>, (scene: Scene) => Block[]> = {
  welcome: ({ shop, texts }) => [
    text(texts, "bot:welcome.hello", { shop: shop.name }),
    text(texts, "bot:welcome.data"),
    { type: "link", label: texts.text("bot:welcome.privacy"), url: shop.privacyUrl },
  ],
  handedOver: (scene) => [...plain("bot:handedOver")(scene), ...meanwhile(scene)],
  understood({ texts, at, values: { question } }) {
    if (typeof question !== "string" || !isQuestion(question)) return [];
    return [
      text(texts, "bot:understood", {
        what: texts.text(`bot:question.${question}.label`),
        value: answerText(question, at.context, texts),
      }),
    ];
  },
  fault({ shop, texts, at, values: { fault, question, values } }) {
    const notice = texts.text(`bot:fault.${String(fault)}`, {
      ...valuesOf(at.context),
      ...(values as TextValues | undefined),
    });
    const example =
      typeof question === "string" && isQuestion(question) ? exampleOf(question, texts, shop) : "";
    const wayOut = at.context.misses >= 2 ? texts.text("bot:fault.person") : "";
    return [{ type: "notice", text: [notice, example, wayOut].filter(Boolean).join(" ") }];
  },
  problemKept: plain("bot:topics.kept"),
  evidenceKept: ({ texts, at }) => [
    text(texts, "bot:evidence.kept", { count: at.context.evidence.length }),
  ],
  assessment(scene) {
    const { shop, texts, at, values } = scene;
    const { case: open, at: now } = at.context;
    return [
      assessmentCard(values.record as DecisionRecord, shop.policyUrl, texts),
      ...(open ? [...caseOpened(open.number, shop, texts, now), ...meanwhile(scene)] : []),
    ];
  },
  receipt: ({ shop, texts, at }) => [receipt(at.context, shop, texts)],
  reminderSet: ({ texts, at: { context } }) => [
    text(texts, "bot:wait.set", {
      moment: texts.moment(context.assessment?.waitUntil ?? context.at, context.timeZone),
    }),
  ],
  waitOver: plain("bot:wait.over"),
  reminder: plain("bot:silence.reminder"),
  welcomeBack: plain("bot:silence.welcomeBack"),
  languageChosen: plain("bot:language.chosen"),
  help: ({ texts }) => [
    text(texts, "bot:help.text"),
    ...(["1", "7"] as const).map((clause) => ({
      type: "help" as const,
      title: texts.text(`policy:clause.${clause}.title`),
      text: texts.text(information[clause]),
    })),
  ],
  status: ({ texts, at }) => status(at.context, texts),
  languages: plain("bot:language.ask"),
  evidenceRefused: ({ texts, values: { refused } }) =>
    (refused as readonly EvidenceRefusal[]).map((refusal) => ({
      type: "notice",
      text: texts.text(`bot:evidence.refused.${refusal}`),
    })),
  unsupported: ({ texts, values: { kind } }) => [
    { type: "notice", text: texts.text(`bot:unsupported.${String(kind)}`) },
  ],
  stale: plain("bot:stale"),
  editedLate: plain("bot:editedLate"),
  startedOver: plain("bot:startedOver"),
  agentJoined: ({ texts, values }) => [text(texts, "bot:agent.joined", { name: nameIn(values) })],
  agentLeft: ({ texts, values }) => [text(texts, "bot:agent.left", { name: nameIn(values) })],
  agentAsked: ({ texts, values }) => [
    text(texts, `bot:wanted.${String(values["wanted"])}`, { name: nameIn(values) }),
    ...(values["wanted"] === "question"
      ? [{ type: "text" as const, text: String(values["text"]) }]
      : []),
  ],
  satisfactionAsked: ({ texts, values: { decided } }) => [
    text(texts, "bot:satisfaction.ask", { number: (decided as OpenCase).number }),
  ],
  satisfactionKept: plain("bot:satisfaction.kept"),
  decision: ({ shop, texts, at, values: { decided } }) => [
    decisionCard(decided as OpenCase, at.context, shop, texts),
  ],
  returnLink: ({ texts }) => [
    {
      type: "returnLink",
      label: texts.text("bot:returnLink.label"),
      text: texts.text("bot:returnLink.text"),
    },
  ],
  caseStays: plain("bot:case.stays"),
  caseExtended: ({ texts, at }) => [
    text(texts, "bot:case.extended", { number: at.context.case?.number ?? "" }),
  ],
  contested: ({ texts, at }) => [
    text(texts, "bot:case.contested", { number: at.context.case?.number ?? "" }),
  ],
  emailKept: ({ texts, at }) => [
    text(texts, "bot:case.emailKept", { email: at.context.case?.record.email ?? "" }),
  ],
  personInformed: ({ shop, texts, at: { context } }) => [
    text(texts, "bot:case.personInformed", {
      number: context.case?.number ?? "",
      due: answerDue(shop, texts, context.at),
    }),
  ],
};

const nameIn = (values: Scene["values"]): string => (values["agent"] as AgentRef).name;

function exampleOf(
  question: keyof typeof questions,
  texts: Texts,
  { orderNumberExample }: Shop,
): string {
  if (question === "orderNumber")
    return orderNumberExample === undefined
      ? ""
      : texts.text("bot:example.orderNumber", { example: orderNumberExample });
  const own = `bot:question.${question}.example`;
  if (texts.has(own)) return texts.text(own);
  const byKind = `bot:example.${questions[question].kind}`;
  return texts.has(byKind) ? texts.text(byKind) : "";
}

function caseOpened(number: string, shop: Shop, texts: Texts, at: number): Block[] {
  return [
    { type: "caseNumber", label: texts.text("bot:case.number"), number },
    text(texts, "bot:case.opened", { due: answerDue(shop, texts, at) }),
  ];
}

/** Leads over from the opened case to the first of the questions that follow it. */
const meanwhile = ({ texts, at }: Scene) =>
  at.place === "asking" ? [text(texts, "bot:case.meanwhile")] : [];

const answerDue = (shop: Shop, texts: Texts, at: number) =>
  texts.moment(answerDueAt(at, shop.businessHours, shop.timeZone), shop.timeZone);

function receipt(
  { case: open, at, timeZone, answers }: RefundContext,
  shop: Shop,
  texts: Texts,
): Block {
  const { number = "", record } = open ?? {};
  const order =
    typeof answers.orderNumber === "string" && answers.orderNumber !== "unknown"
      ? answers.orderNumber
      : texts.text("bot:receipt.orderOpen");
  const lines = texts.text("bot:receipt.text", {
    shop: shop.name,
    moment: texts.moment(at, timeZone),
    order,
    number,
    declaration: record?.declaration ?? "",
  });
  return {
    type: "document",
    title: texts.text("bot:receipt.title"),
    filename: `${texts.text("bot:receipt.filename")}-${number}.txt`,
    text: lines,
    downloadLabel: texts.text("bot:receipt.download"),
  };
}

function status({ case: open, pastCases, timeZone }: RefundContext, texts: Texts): Block[] {
  const all = [...pastCases, ...(open ? [open] : [])];
  if (all.length === 0) return [text(texts, "bot:status.none")];
  return all.map((one) => {
    const { number, openedAt, record } = one;
    const { topic } = record;
    // That a second person is asked is the shop's own matter.
    const stage = statusOf({ ...one, proposal: undefined });
    return text(texts, `bot:status.${stage}`, {
      number,
      topic: texts.text(topicKey(topic, texts)),
      date: texts.date(openedAt, timeZone),
    });
  });
}

/** What the policy no longer has is something else to a customer. */
function topicKey(topic: string, texts: Texts): string {
  if (topic === "withdrawal") return "bot:button.withdrawal";
  return texts.has(`bot:topic.${topic}`) ? `bot:topic.${topic}` : "bot:topic.other";
}
