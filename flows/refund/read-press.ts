import type { Said } from "../../src/core/conversation.ts";
import type { Inbound } from "../../src/core/inbound.ts";
import { isLanguage } from "../../src/core/language.ts";
import type { Choice } from "../../src/core/message.ts";
import type { Texts } from "../../src/core/texts.ts";
import { satisfactions } from "../../src/core/case.ts";
import type { RefundEvent } from "./context.ts";
import { caseOf } from "./desk-steps.ts";
import { offers, topics, type Offer, type Topic } from "./policy/rules.ts";
import type { Prompt } from "./prompt.ts";
import { isQuestion } from "./questions.ts";
import { chosenAnswer, type Reader } from "./read-answer.ts";
import type { Standing } from "./standing.ts";

/** What an event says, without when and by what chance. */
export type Meaning = RefundEvent extends infer E
  ? E extends RefundEvent
    ? Omit<E, "at" | "dice">
    : never
  : never;

/** Where an inbound comes in. */
export interface Scene {
  inbound: Inbound;
  at: Standing;
  prompt: Prompt;
  texts: Texts;
  reader: Reader;
}

export interface Read {
  meaning: Meaning;
  said?: Said;
}
/** A pressed button; one that is not offered where the customer stands changes nothing. */
export function readPress(id: string, older: boolean, scene: Scene): Read {
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

/** How a case was handled, pressed at any time, also while an agent has the thread; undefined for another button, and once it is said. */
export function readSatisfaction(id: string, { at, texts }: Scene): Read | undefined {
  const [kind, value, caseNumber = ""] = id.split(":");
  const satisfaction = satisfactions.find((one) => one === value);
  const open = caseOf(at.context, caseNumber);
  if (kind !== "satisfaction" || !satisfaction || !open?.satisfactionAsked) return undefined;
  if (open.satisfaction !== undefined) return undefined;
  return {
    meaning: { type: "satisfaction-given", caseNumber, satisfaction },
    said: { text: texts.text(`bot:satisfaction.${satisfaction}`) },
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
const isAlwaysOffered = (id: string) => id === "person" || id.startsWith("language");

function labelOf(id: string, offered: Choice | undefined, texts: Texts): string | undefined {
  if (offered) return offered.label;
  if (id === "person") return texts.text("bot:button.person");
  const language = id.slice("language:".length);
  return isLanguage(language) ? texts.text(`bot:language.name.${language}`) : undefined;
}

export const simple = {
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
  language: { type: "language-asked" },
} as const satisfies Readonly<Record<string, Meaning>>;

const isSimple = (id: string): id is keyof typeof simple => Object.hasOwn(simple, id);

/** What a button means; undefined for an id that none has. */
export function meaningOf(id: string, { inbound, reader, texts }: Scene): Meaning | undefined {
  if (isSimple(id)) return simple[id];
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
