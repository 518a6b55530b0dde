import { html } from "hono/html";
import type { FlowEvent, LogEntry, Said } from "../../core/conversation.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { Language } from "../../core/language.ts";
import { type Message, plainText } from "../../core/message.ts";
import { anchorOf, type Passage, reasonOf, renderState } from "./deliveries.ts";
import type { Html } from "./page.ts";
import { isAlert } from "./targets.ts";
import { type Words, visible } from "./words.ts";

interface Transcript {
  log: readonly LogEntry[];
  /** What is not here was sent. */
  deliveries: readonly Passage[];
  /** For screen readers. */
  customerLanguage: Language;
  /** The case's. */
  address: string;
  /** What a correction says. */
  correction: (event: FlowEvent) => string | undefined;
}

/** What was said, day by day. */
export function renderTranscript(words: Words, transcript: Transcript): Html {
  let shownDate = "";
  const passages = new Map(transcript.deliveries.map((one) => [one.seq, one]));
  return html`<ol class="transcript">
    ${transcript.log.map((entry) => {
      const turn = renderTurn(words, entry, transcript, passages);
      const date = words.date(entry.at);
      if (!turn || date === shownDate) return turn;
      shownDate = date;
      return html`<li class="day">${date}</li>
        ${turn}`;
    })}
  </ol>`;
}

/** Undefined for what nobody said: a timer of the conversation's own, an assessment's record. */
function renderTurn(
  words: Words,
  { seq, at, body }: LogEntry,
  { customerLanguage, address, correction }: Transcript,
  passages: ReadonlyMap<number, Passage>,
): Html | undefined {
  if (body.type === "message") {
    const passage = passages.get(seq) ?? { seq, state: "sent" as const };
    const { author } = body.message;
    const who = author ? { who: "agent" as const, name: author.name } : { who: "bot" as const };
    return renderLine(words, { seq, at, ...who }, renderMessage(body.message), passage);
  }
  if (body.type !== "event") return undefined;
  if (body.by === "timer") return renderAlert(words, { ...body.event, seq, at });
  if (!body.said) return undefined;
  if (body.said.agent)
    return renderAct(words, {
      seq,
      at,
      type: body.event.type,
      ...body.said,
      ...(body.said.act === "corrected" && {
        text: correction(body.event) ?? body.said.text ?? "",
      }),
    });
  const { text, files = [], refused = [], quote, edits } = body.said;
  return renderLine(
    words,
    { seq, at, who: "customer" },
    html`${edits !== undefined && html`<p class="aside">${words.say("said.edited")}</p>`}
    ${quote && html`<blockquote lang="${customerLanguage}"><bdi>${visible(quote)}</bdi></blockquote>`}
    ${text && html`<p lang="${customerLanguage}"><bdi>${text}</bdi></p>`}${files.length > 0 && html`<div class="files">${files.map((file) => renderThumbnail(file, address))}</div>`}
    ${
      refused.length > 0 &&
      html`<ul class="aside">
        ${refused.map((refusal) => html`<li>${words.say(`said.refused.${refusal}`)}</li>`)}
      </ul>`
    }`,
  );
}

/** What the timer of one of the conversation's cases raised. */
function renderAlert(
  words: Words,
  {
    seq,
    at,
    type,
    caseNumber = "",
  }: { seq: number; at: number; type: string; caseNumber?: string },
): Html | undefined {
  if (!isAlert(type)) return undefined;
  return html`<li class="turn act" id="${anchorOf(seq)}">
    <p>${words.say(`alert.${type}`)} · ${caseNumber} ${renderTime(words, at)}</p>
  </li>`;
}

/** What an agent did, as a small line; a note in full, and what they said stands as the message itself. */
function renderAct(
  words: Words,
  { seq, at, type, agent, act, text }: Said & { seq: number; at: number; type: string },
): Html | undefined {
  if (!agent || !act || act === "said") return undefined;
  if (act === "noted")
    return renderLine(
      words,
      { seq, at, who: "note", name: agent.name },
      html`<p><bdi>${visible(text ?? "")}</bdi></p>`,
    );
  const done = type === "decision-proposed" ? "proposed" : act;
  return html`<li class="turn act" id="${anchorOf(seq)}">
    <p>
      ${words.say(`did.${done}`, { name: agent.name })}
      ${(act === "corrected" || act === "asked") && text && html`<bdi>${visible(text)}</bdi>`}
      ${renderTime(words, at)}
    </p>
  </li>`;
}

function renderLine(
  words: Words,
  {
    seq,
    at,
    who,
    name = "",
  }: { seq: number; at: number; who: "bot" | "customer" | "agent" | "note"; name?: string },
  said: Html,
  passage?: Passage,
): Html {
  return html`<li class="turn ${who}" id="${anchorOf(seq)}">
    <p class="who">${words.say(`who.${who}`, { name })} ${renderTime(words, at)}</p>
    <div class="said">${said}</div>
    ${
      passage &&
      html`<p class="delivery">${renderState(words, passage)} ${reasonOf(words, passage)}</p>`
    }
  </li>`;
}

const renderTime = (words: Words, at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}" title="${words.moment(at)}"
    >${words.time(at)}</time
  >`;

function renderMessage(message: Message): Html {
  const offered = message.choices.filter((choice) => choice.weight !== "quiet");
  return html`<p lang="${message.language}"><bdi>${plainText(message)}</bdi></p>
    ${
      offered.length > 0 &&
      html`<ul class="offered" lang="${message.language}">
        ${offered.map((choice) => html`<li>${choice.label}</li>`)}
      </ul>`
    }`;
}

function renderThumbnail(file: Evidence, address: string): Html {
  const at = `${address}/evidence/${encodeURIComponent(file.id)}`;
  const name = visible(file.name);
  return file.view
    ? html`<a class="thumbnail" href="${at}/view"
        ><img
          src="${at}/view"
          alt="${name}"
          width="${file.view.widthPx}"
          height="${file.view.heightPx}"
          loading="lazy"
      /></a>`
    : html`<a class="file" href="${at}/original" download><bdi>${name}</bdi></a>`;
}
