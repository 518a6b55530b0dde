import { fileURLToPath } from "node:url";
import { outcomeOf } from "../../flows/refund/assess.ts";
import { knownOf, type RefundContext } from "../../flows/refund/context.ts";
import { readFacts } from "../../flows/refund/facts.ts";
import {
  opensCase,
  ruleIds,
  rules,
  topics,
  type RuleId,
  type RuleTopic,
} from "../../flows/refund/policy/rules.ts";
import { questions, type QuestionId } from "../../flows/refund/questions.ts";
import { standing, type Standing } from "../../flows/refund/standing.ts";
import type { Snapshot } from "../../src/core/conversation.ts";
import { begin, step } from "../../src/core/decide.ts";
import type { Evidence } from "../../src/core/evidence.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import { languages, type Language } from "../../src/core/language.ts";
import { plainText, type Choice, type Message } from "../../src/core/message.ts";
import { openChat, refund, sunday } from "./shop.ts";
import type { Deed } from "./stories.ts";

export const goldenFolder = fileURLToPath(new URL("../golden", import.meta.url));

const write = (fr: string, sv = fr, en = fr): Deed => ({ write: { fr, sv, en } });

/**
 * What customers write where a question takes more than a press: between them
 * they meet every value of the facts that hang on it. The first is what a
 * customer writes where nothing hangs on it.
 */
const written: Partial<Record<QuestionId, readonly Deed[]>> = {
  orderNumber: [write("c’est la commande n° 48213", "ordernummer 48213", "order no. 48213")],
  links: [
    write("instagram.com/marie.dupont", "instagram.com/anna.lind", "instagram.com/emma.hall"),
  ],
  description: [
    write(
      "J’ai commandé la semaine dernière, et j’aimerais que vous regardiez ce qui s’est passé.",
      "Jag beställde förra veckan och vill att ni tittar på vad som har hänt.",
      "I ordered last week and would like you to look into what happened.",
    ),
  ],
  startDue: [write("hier", "igår", "yesterday"), write("demain", "i morgon", "tomorrow")],
  ordered: [write("1 000", "1 000", "1,000")],
  delivered: [write("1 000", "1 000", "1,000"), write("400")],
  countAtStart: [write("2 500", "2 500", "2,500")],
  // Of the 1,000 on top of 2,500: none gone, 5 %, half, and below the start.
  countNow: [
    write("3 500", "3 500", "3,500"),
    write("environ 3 450", "ca 3 450", "about 3,450"),
    write("3 000", "3 000", "3,000"),
    write("2 400", "2 400", "2,400"),
  ],
  gone: [write("50"), write("500")],
  deliveryEnd: [
    write("il y a 5 jours", "för 5 dagar sedan", "5 days ago"),
    write("le 15 janvier", "15 januari", "15 January"),
  ],
  price: [write("29,90 €", "299 kr", "£29.90")],
  purchasedAt: [
    write("il y a 2 heures", "för 2 timmar sedan", "2 hours ago"),
    write("avant-hier", "i förrgår", "2 days ago"),
  ],
  accountsSentAt: [
    write("il y a 3 heures", "för 3 timmar sedan", "3 hours ago"),
    write("avant-hier", "i förrgår", "2 days ago"),
  ],
  accountsOrdered: [write("2")],
  accountsFaulty: [write("1"), write("2")],
  chargedAt: [write("avant-hier", "i förrgår", "2 days ago")],
};

const services: Partial<Record<RuleTopic, Deed>> = {
  account: write("Comptes Gmail", "Gmail-konton", "Gmail accounts"),
  autoService: write("J’aime automatiques", "Automatiska gilla-markeringar", "Automatic likes"),
  recurring: write("Abonnement mensuel", "Månadsprenumeration", "Monthly subscription"),
};
const followers = write("Abonnés Instagram", "Instagramföljare", "Instagram followers");

const withdrawal = write(
  "Je me rétracte de ce contrat",
  "Jag ångrar köpet enligt distansavtalslagen",
  "I withdraw from this contract",
);

/** What a customer may do where the walk stands, the likeliest first. */
function deedsAt({ place, question, context }: Standing): readonly Deed[] {
  const { topic = "other", rule } = context;
  if (place === "choosingTopic")
    return [...topics.map((one) => ({ press: `topic:${one}` })), withdrawal];
  if (place === "reviewing") return [{ press: "confirm" }];
  if (question === undefined) return [];
  const deeds = [
    ...(question === "service" ? [services[topic] ?? followers] : (written[question] ?? [])),
    ...(questions[question].kind === "files" ? [{ picture: true } as const] : []),
    ...questions[question].choices.map((choice) => ({ press: `${question}:${choice}` })),
  ];
  return rule === undefined || question === "pictures" ? deeds : deeds.slice(0, 1);
}

function contentOf(deed: Deed, language: Language, pictures: number): InboundContent {
  if ("press" in deed) return { type: "pressed", choice: deed.press, revision: 1 };
  if ("picture" in deed) return { type: "files", files: [picture(pictures + 1)] };
  const { write: text } = deed;
  return { type: "text", text: typeof text === "string" ? text : text[language] };
}

const picture = (n: number): Evidence => ({
  id: `picture-${n}-xxxxxxxxxxx`,
  sha256: "0".repeat(64),
  type: "image/png",
  sizeBytes: 1,
  name: `${n}.png`,
});

interface Walk {
  snapshot: Snapshot;
  deeds: readonly Deed[];
}

/**
 * The shortest way to each row of the rules that decides, of several the one
 * whose deeds come first: found by the machine itself, breadth first. Of ways
 * that stand at the same place with the same facts one is gone on with.
 *
 * @throws Error when what is written above leads to a row by no way.
 */
export function waysToRules(): ReadonlyMap<RuleId, readonly Deed[]> {
  const moment = { now: sunday, dice: "0badcafe" };
  const ways = new Map<RuleId, readonly Deed[]>();
  const seen = new Set<string>();
  let walks: Walk[] = [{ snapshot: begin(refund, refund.input(moment, "en")).snapshot, deeds: [] }];
  while (walks.length > 0) {
    const next: Walk[] = [];
    for (const walk of walks) {
      for (const deed of deedsAt(standing(walk.snapshot))) {
        const on = { snapshot: after(walk.snapshot, deed), deeds: [...walk.deeds, deed] };
        const at = standing(on.snapshot);
        const { rule, assessment } = at.context;
        const key = keyOf(at);
        if (seen.has(key)) continue;
        seen.add(key);
        if (!assessment || at.place === "asking") next.push(on);
        else if (rule && !ways.has(rule)) ways.set(rule, on.deeds);
      }
    }
    walks = next;
  }
  const missed = decidingRules.filter((rule) => !ways.has(rule));
  if (missed.length > 0)
    throw new Error(
      `no way to ${missed.join(", ")}: add what a customer would write to test/support/golden.ts`,
    );
  return ways;

  function after(snapshot: Snapshot, deed: Deed): Snapshot {
    const { context } = standing(snapshot);
    const inbound = {
      key: "way",
      conversationId: "way",
      channel: "web",
      content: contentOf(deed, "en", context.evidence.length),
    } as const;
    const conversation = {
      id: "way",
      channel: "web",
      revision: 1,
      language: "en",
      flow: refund.id,
      flowVersion: refund.version,
      snapshot,
      standing: "",
      resting: false,
      promptedRevision: 1,
    } as const;
    const { event } = refund.readEvent(inbound, conversation, moment);
    return step(refund, snapshot, event).snapshot;
  }
}

function keyOf({ path, context }: Standing): string {
  const { topic, rule, evidence, answers } = context;
  // Of what is asked once the row is settled only pictures can still lead to another.
  if (rule !== undefined) return JSON.stringify([path, rule, evidence.length]);
  // An unknown shows in no fact before the other figures are known.
  const unknown = context.path.filter((question) => answers[question] === "unknown");
  return JSON.stringify([path, topic, evidence.length, unknown, readFacts(knownOf(context))]);
}

const decidingRules = ruleIds.filter((id) => !("see" in rules[id].outcome));

export interface Transcript {
  rule: RuleId;
  language: Language;
  /** In the golden folder. */
  file: string;
}

/** One of each row that decides and each language. */
export const transcripts: readonly Transcript[] = decidingRules.flatMap((rule) =>
  languages.map((language) => ({ rule, language, file: `${rule}.${language}.md` })),
);

/**
 * The conversation as Markdown, from the opening to the assessment (and, where
 * a case is opened at once, the questions that follow it), played through the
 * real receiver, and through the platform of `open` where there is one.
 *
 * @throws Error when it does not come to the row in this language.
 */
export async function transcribe(
  { rule, language }: Transcript,
  deeds: readonly Deed[],
  open: (language: Language) => Chat = openChat,
): Promise<string> {
  const chat = open(language);
  try {
    let messages = await chat.send({ type: "started" });
    const parts = [heading(rule, language), "**The customer** opens the chat.", ...bot(messages)];
    let pictures = 0;
    for (const deed of deeds) {
      const content = contentOf(deed, language, pictures);
      parts.push(...customer(deed, content, messages));
      messages = await ("press" in deed ? chat.press(deed.press) : chat.send(content));
      parts.push(...bot(messages));
      if ("picture" in deed) pictures++;
    }
    const { snapshot } = (await chat.store.load(chat.conversationId)) ?? {};
    const { rule: reached, misses } = (snapshot?.context ?? {}) as Partial<RefundContext>;
    if (reached !== rule || misses !== 0)
      throw new Error(`the way to ${rule} comes to ${reached} in ${language}`);
    return `${parts.join("\n\n")}\n`;
  } finally {
    await chat.close();
  }
}

/** A customer at the bot, with a platform between them or without. */
type Chat = Pick<
  ReturnType<typeof openChat>,
  "store" | "conversationId" | "send" | "press" | "close"
>;

function heading(rule: RuleId, language: Language): string {
  const outcome = outcomeOf(rule);
  const kind = outcome.kind === "humanReview" ? `humanReview: ${outcome.reason}` : outcome.kind;
  const ending = opensCase(outcome) ? "opens a case" : "opens no case";
  return [
    `# ${rule} (${language})`,
    `Clauses ${rules[rule].clauses.join(", ")} · ${kind} · ${ending}`,
  ].join("\n\n");
}

function customer(deed: Deed, content: InboundContent, last: readonly Message[]): string[] {
  if (content.type === "files") return ["**The customer** sends a picture."];
  if (content.type === "text") return ["**The customer** writes", quoted(content.text)];
  const id = "press" in deed ? deed.press : "";
  const label = last.at(-1)?.choices.find((choice) => choice.id === id)?.label;
  if (label === undefined) throw new Error(`${id} is not offered`);
  return [`**The customer** presses **${escaped(label)}**`];
}

function bot(messages: readonly Message[]): string[] {
  return messages.flatMap((message) => [
    "**The bot**",
    quoted(plainText(message)),
    ...(message.choices.length > 0 ? [listed(message.choices)] : []),
  ]);
}

/** The answers one a line under their group, the ways out together in the last. */
function listed(choices: readonly Choice[]): string {
  const quiet = choices.filter(({ weight }) => weight === "quiet");
  const groups = Map.groupBy(
    choices.filter(({ weight }) => weight !== "quiet"),
    ({ group = "" }) => group,
  );
  return [
    ...[...groups].flatMap(([group, members]) => [
      ...(group ? [`- ${escaped(group)}`] : []),
      ...members.map(({ label }) => `${group ? "  " : ""}- ${escaped(label)}`),
    ]),
    ...(quiet.length > 0 ? [`- ${quiet.map(({ label }) => escaped(label)).join(" · ")}`] : []),
  ].join("\n");
}

/** A quotation that keeps its lines; a backslash at a line's end is CommonMark's hard break. */
function quoted(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  return lines
    .map((line, index) => {
      if (line === "") return ">";
      return `> ${escaped(line)}${lines[index + 1] ? "\\" : ""}`;
    })
    .join("\n");
}

/** So that every character stands for itself in Markdown, GitHub's included. */
export function escaped(line: string): string {
  return line
    .replace(/[\\`*_[\]<>#|~&]/gu, String.raw`\$&`)
    .replace(/^(\s*)([-+=])/u, String.raw`$1\$2`)
    .replace(/^(\s*\d+)([.)])/u, String.raw`$1\$2`);
}
