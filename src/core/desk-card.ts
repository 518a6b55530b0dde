import type { Case, CaseDescription } from "./case.ts";
import type { UnreachableReason } from "./conversation.ts";
import type { Deed, DeskCard } from "./desk.ts";
import type { Span } from "./message.ts";
import type { Texts } from "./texts.ts";

/** Of a thread's title on every platform. */
const longestTitle = 100;

export interface CardFacts {
  description: CaseDescription;
  /** The customer's other cases, and others of the same order. */
  others: readonly Case[];
  unreachable?: { at: number; reason: UnreachableReason } | undefined;
  timeZone: string;
  /** The case's page in the console. */
  url: string;
}

/** A case as its card shows it, in the desk's language. */
export function cardOf(entry: Case, facts: CardFacts, texts: Texts): DeskCard {
  const { number, status, urgent } = entry;
  const { description, url } = facts;
  const title = `${number} · ${description.topic} · ${entry.language}`;
  return {
    number,
    title: title.slice(0, longestTitle).replace(/\p{Cs}$/u, ""),
    status,
    urgent,
    ...(status !== "closed" && { waitingSince: entry.waitingSince }),
    spans: paragraphs([
      headOf(entry, facts, texts),
      factsOf(facts.description, texts),
      assessmentOf(facts.description, texts),
      notesOf(facts.description, texts),
      othersOf(facts.others, texts),
    ]),
    deeds: deedsOf(entry),
    factsRevision: entry.factsRevision,
    url,
    language: texts.language,
  };
}

/** What can be done with a case where it stands; who may is asked when it is done. */
export function deedsOf({ owner, status, proposal }: Case): Deed[] {
  if (status === "closed") return ["reopen"];
  const second: Deed[] = proposal ? ["approve", "decline"] : [];
  return owner
    ? [...second, "reply", "ask", "decide", "release", "close", "takeOver"]
    : [...second, "take"];
}

type Line = readonly Span[];

function headOf(
  entry: Case,
  { unreachable, timeZone }: CardFacts,
  texts: Texts,
): readonly (Line | undefined)[] {
  const { owner, language, channel, waitsFor, waitingSince, decision } = entry;
  const say = (key: string, values = {}) => texts.text(key, values);
  const moment = (at: number) => texts.moment(at, timeZone);
  const words = (text: string): Line => [{ text }];
  return [
    [
      { text: entry.number, as: "heading" },
      { text: ` · ${entry.urgent ? `${say("console:urgent")} · ` : ""}` },
      { text: say(`console:status.${entry.status}`), as: "label" },
    ],
    words(
      say("desk:card.customer", {
        language: say(`console:language.${language}`),
        channel: say(`console:channel.${channel}`),
      }),
    ),
    words(
      owner ? say("console:owner.other", { name: owner.name }) : `${say("console:owner.nobody")}.`,
    ),
    entry.status === "closed"
      ? undefined
      : words(say(`desk:card.waits.${waitsFor}`, { moment: moment(waitingSince) })),
    decision &&
      words(
        say("console:decide.made", {
          outcome: say(`console:outcome.${decision.outcome}`),
          name: decision.by.name,
          moment: moment(decision.at),
        }),
      ),
    entry.proposal && words(say("console:proposal.title", { name: entry.proposal.by.name })),
    unreachable &&
      words(
        `⚠ ${say("console:unreachable.since", { moment: moment(unreachable.at) })} ${say(`console:unreachable.${unreachable.reason}`)}`,
      ),
  ];
}

const factsOf = ({ facts }: CaseDescription, texts: Texts): readonly Line[] =>
  facts.map(({ label, value }) => labelled(label, value, texts));

function assessmentOf({ assessment }: CaseDescription, texts: Texts): readonly Line[] {
  const { heading, summary, figures, whyLabel, clauses } = assessment;
  return [
    [{ text: heading, as: "heading" }],
    [{ text: summary }],
    ...figures.map(({ label, value }) => labelled(label, value, texts)),
    labelled(whyLabel, clauses.map(({ id, title }) => `${id} ${title}`).join(" · "), texts),
  ];
}

function notesOf({ notes }: CaseDescription, texts: Texts): readonly Line[] {
  if (notes.length === 0) return [];
  return [
    [{ text: texts.text("console:case.notes"), as: "heading" }],
    ...notes.map((note): Line => [{ text: note, as: "words" }]),
  ];
}

function othersOf(others: readonly Case[], texts: Texts): readonly Line[] {
  if (others.length === 0) return [];
  const list = others.map(
    ({ number, status }) => `${number} (${texts.text(`console:status.${status}`)})`,
  );
  return [labelled(texts.text("desk:card.others"), list.join(", "), texts)];
}

function labelled(label: string, value: string, { language }: Texts): Line {
  const colon = language === "fr" ? "\u00A0: " : ": ";
  return [
    { text: `${label}${colon}`, as: "label" },
    { text: value, as: "words" },
  ];
}

/** Lines under each other, groups of them apart. */
function paragraphs(groups: readonly (readonly (Line | undefined)[])[]): Span[] {
  return groups
    .map((group) => group.filter((line) => line !== undefined))
    .filter((group) => group.length > 0)
    .flatMap((group, index) => [
      ...(index === 0 ? [] : [{ text: "\n\n" }]),
      ...group.flatMap((line, place) => (place === 0 ? line : [{ text: "\n" }, ...line])),
    ]);
}
