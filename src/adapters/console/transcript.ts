import { html } from "hono/html";
import type { LogEntry } from "../../core/conversation.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { Language } from "../../core/language.ts";
import { type Message, plainText } from "../../core/message.ts";
import type { Html } from "./page.ts";
import { type Words, visible } from "./words.ts";

/** What was said, day by day. `customerLanguage` is for screen readers; `address` is the case's. */
export function renderTranscript(
  words: Words,
  log: readonly LogEntry[],
  customerLanguage: Language,
  address: string,
): Html {
  let shownDate = "";
  return html`<ol class="transcript">
    ${log.map((entry) => {
      const turn = renderTurn(words, entry, customerLanguage, address);
      const date = words.date(entry.at);
      if (!turn || date === shownDate) return turn;
      shownDate = date;
      return html`<li class="day">${date}</li>
        ${turn}`;
    })}
  </ol>`;
}

/** Undefined for what nobody said: a timer, an assessment's record. */
function renderTurn(
  words: Words,
  { at, body }: LogEntry,
  customerLanguage: Language,
  address: string,
): Html | undefined {
  if (body.type === "message") return renderLine(words, at, "bot", renderMessage(body.message));
  if (body.type !== "event" || !body.said) return undefined;
  const { text, files = [] } = body.said;
  return renderLine(
    words,
    at,
    "customer",
    html`${text && html`<p lang="${customerLanguage}"><bdi>${text}</bdi></p>`}${files.length > 0 && html`<div class="files">${files.map((file) => renderThumbnail(file, address))}</div>`}`,
  );
}

function renderLine(words: Words, at: number, who: "bot" | "customer", said: Html): Html {
  return html`<li class="turn ${who}">
    <p class="who">
      ${words.say(`who.${who}`)}
      <time datetime="${new Date(at).toISOString()}" title="${words.moment(at)}"
        >${words.time(at)}</time
      >
    </p>
    <div class="said">${said}</div>
  </li>`;
}

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
