import { html } from "hono/html";
import type { FlowEvent, LogEntry, Said } from "../../core/conversation.ts";
import type { Language } from "../../core/language.ts";
import { besideFiles, filesIn, type Message, plainText } from "../../core/message.ts";
import { anchorOf, type Passage, reasonOf, renderState } from "./deliveries.ts";
import { button, type Desk, isMine, renderForm, typed } from "./desk-forms.ts";
import { renderFile } from "./file.ts";
import type { Html } from "./page.ts";
import { type Retold, retoldIn } from "./retold.ts";
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
  desk: Desk;
}

/** What was said, day by day. */
export function renderTranscript(words: Words, transcript: Transcript): Html {
  let shownDate = "";
  const retold = retoldIn(transcript.log);
  return html`<ol class="transcript">
    ${transcript.log.map((entry) => {
      const turn = renderTurn(words, entry, transcript, retold);
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
  entry: LogEntry,
  transcript: Transcript,
  retold: Retold,
): Html | undefined {
  const { seq, at, body } = entry;
  if (body.type === "message") return renderSaid(words, { seq, at, ...body }, transcript, retold);
  if (body.type !== "event") return undefined;
  const { said, event, key } = body;
  if (body.by === "timer") return renderAlert(words, { ...event, seq, at });
  if (!said) return undefined;
  if (said.agent) {
    const corrected = said.act === "corrected" ? transcript.correction(event) : undefined;
    const text = corrected ?? said.text;
    const what = { ...said, ...(text !== undefined && { text }) };
    return renderAct(words, { seq, at, type: event.type, ...what });
  }
  if (said.deletes !== undefined)
    return renderDeed(words, { seq, at }, html`${words.say("said.deletes")}`);
  return renderHeard(words, { seq, at, key, said }, transcript, retold);
}

/** What the bot or an agent said, in its latest words; of what stands in an earlier one's place only whether it failed. */
function renderSaid(
  words: Words,
  { seq, at, id, message }: { seq: number; at: number; id: string; message: Message },
  { deliveries, address, desk }: Transcript,
  { rewordings, withdrawn }: Retold,
): Html | undefined {
  const passage = deliveries.find((one) => one.seq === seq) ?? { seq, state: "sent" as const };
  if (message.replaces !== undefined)
    return passage.state === "sent"
      ? undefined
      : renderDeed(words, { seq, at }, renderPassage(words, passage));
  const versions = [message, ...(rewordings.get(id) ?? [])];
  const latest = versions.at(-1) ?? message;
  const { author } = message;
  const who = author ? { who: "agent" as const, name: author.name } : { who: "bot" as const };
  const isWithdrawn = withdrawn.has(id);
  return renderLine(
    words,
    { seq, at, ...who },
    html`${isWithdrawn && renderMark(words, "withdrawn")}
    ${versions.length > 1 && renderMark(words, "reworded")} ${renderMessage(words, latest, address)}
    ${renderEarlier(
      words,
      seq,
      versions.slice(0, -1).map((one) => wordsOf(one)),
      message.language,
    )}
    ${author?.id === desk.agent.id && !isWithdrawn && renderChange(words, desk, { seq, id, latest })}`,
    passage,
  );
}

/** What the customer said, in the latest words. */
function renderHeard(
  words: Words,
  { seq, at, key, said }: { seq: number; at: number; key: string; said: Said },
  { customerLanguage, address, desk }: Transcript,
  { edits, deleted }: Retold,
): Html {
  const { files = [], refused = [], quote } = said;
  const versions = [...(said.text ? [said.text] : []), ...(edits.get(key) ?? [])];
  const text = versions.at(-1);
  const isDeleted = deleted.has(key);
  const hasWords = text !== undefined || files.length > 0;
  return renderLine(
    words,
    { seq, at, who: "customer" },
    html`${said.edits !== undefined && renderMark(words, "edited")}
    ${isDeleted && renderMark(words, "deleted")}
    ${quote && html`<blockquote lang="${customerLanguage}"><bdi>${visible(quote)}</bdi></blockquote>`}
    ${text && html`<p lang="${customerLanguage}" ${isDeleted && html`class="gone"`}><bdi>${text}</bdi></p>`}${files.length > 0 && html`<div class="files">${files.map((file) => renderFile(words, file, address))}</div>`}
    ${renderEarlier(words, seq, versions.slice(0, -1), customerLanguage)}
    ${
      refused.length > 0 &&
      html`<ul class="aside">
        ${refused.map((refusal) => html`<li>${words.say(`said.refused.${refusal}`)}</li>`)}
      </ul>`
    }
    ${
      hasWords &&
      isMine(desk) &&
      html`<p class="own">
        <a href="${address}?answers=${seq}#answer">${words.say("said.answer")}</a>
      </p>`
    }`,
  );
}

const renderMark = (words: Words, what: "edited" | "deleted" | "reworded" | "withdrawn"): Html =>
  html`<p class="aside">${words.say(`said.${what}`)}</p>`;

function renderEarlier(
  words: Words,
  seq: number,
  earlier: readonly string[],
  language: Language,
): Html | "" {
  if (earlier.length === 0) return "";
  return html`<details class="earlier" id="earlier-${seq}">
    <summary>${words.say("said.earlier")}</summary>
    ${earlier.map((text) => html`<p lang="${language}"><bdi>${visible(text)}</bdi></p>`)}
  </details>`;
}

/** What an agent can do with their own message: other words, where it has some, and taking it back. */
function renderChange(
  words: Words,
  desk: Desk,
  { seq, id, latest }: { seq: number; id: string; latest: Message },
): Html {
  const message = html`<input type="hidden" name="message" value="${id}" />`;
  const language = words.say(`language.${latest.language}`);
  const isOpen = typed(desk, "reworded", "message") === id;
  const text = isOpen ? typed(desk, "reworded", "text") : wordsOf(latest);
  const field = `words-${seq}`;
  return html`<div class="own">
    ${
      text &&
      html`<details id="reword-${seq}" ${isOpen && html`open`}>
        <summary>${words.say("own.edit")}</summary>
        ${renderForm(
          desk,
          "reworded",
          {},
          html`${message}<label for="${field}">${words.say("own.label", { language })}</label>
            <textarea id="${field}" name="text" rows="3" maxlength="3000" lang="${latest.language}">
${text}</textarea>
            ${button(words.say("do.reworded"))}`,
        )}
      </details>`
    }
    ${renderForm(
      desk,
      "withdrawn",
      {},
      html`${message}${button(words.say("do.withdrawn"), "link")}`,
    )}
  </div>`;
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
  return renderDeed(
    words,
    { seq, at },
    html`${words.say(`did.${done}`, { name: agent.name })}
    ${(act === "corrected" || act === "asked") && text && html`<bdi>${visible(text)}</bdi>`}`,
  );
}

const renderDeed = (words: Words, { seq, at }: { seq: number; at: number }, done: Html): Html =>
  html`<li class="turn act" id="${anchorOf(seq)}">
    <p>${done} ${renderTime(words, at)}</p>
  </li>`;

const renderPassage = (words: Words, passage: Passage): Html =>
  html`${renderState(words, passage)} ${reasonOf(words, passage)}`;

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
  return renderDeed(words, { seq, at }, html`${words.say(`alert.${type}`)} · ${caseNumber}`);
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
    ${passage && html`<p class="delivery">${renderPassage(words, passage)}</p>`}
  </li>`;
}

const renderTime = (words: Words, at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}" title="${words.moment(at)}"
    >${words.time(at)}</time
  >`;

/** The text without who says it, and beside its files. */
const wordsOf = ({ language, blocks }: Message): string =>
  plainText(besideFiles({ language, blocks, choices: [] }));

function renderMessage(words: Words, message: Message, address: string): Html {
  const offered = message.choices.filter((choice) => choice.weight !== "quiet");
  const text = wordsOf(message);
  const files = filesIn(message);
  return html`${message.quote && html`<blockquote lang="${message.language}"><bdi>${visible(message.quote)}</bdi></blockquote>`}
  ${text && html`<p lang="${message.language}"><bdi>${text}</bdi></p>`}
  ${files.length > 0 && html`<div class="files">${files.map((file) => renderFile(words, file, address))}</div>`}
  ${
    offered.length > 0 &&
    html`<ul class="offered" lang="${message.language}">
      ${offered.map((choice) => html`<li>${choice.label}</li>`)}
    </ul>`
  }`;
}
