import { html } from "hono/html";
import { wantedThings } from "../../core/act.ts";
import { evidenceTypes, maxEvidenceBytes, maxEvidenceFiles } from "../../core/evidence.ts";
import { type Desk, button, isMine, renderForm, typed } from "./desk-forms.ts";
import { caseAddress } from "./list.ts";
import { phrasesAddress } from "./phrases.ts";
import type { Html } from "./page.ts";
import { maxUploadBytes } from "./sent-form.ts";
import { type Words, visible } from "./words.ts";

/** Everything that the shop takes as evidence. */
const accepted = evidenceTypes.join(",");

function renderAnswer(words: Words, desk: Desk): Html {
  const { language, number } = desk.entry;
  const to = { language: words.say(`language.${language}`) };
  return html`${renderAnswered(words, desk)}
    <label for="answer">${words.say("answer.label", to)}</label>
    <textarea id="answer" name="text" rows="3" maxlength="3000" lang="${language}" data-clears>
${typed(desk, "said", "text") || (desk.phrase?.theirs ?? "")}</textarea>
    ${renderMeaning(words, desk)} ${renderFiles(words)}
    <div class="acts">
      ${button(words.say("answer.send", to), "button primary")}
      <a
        class="button"
        id="phrases-open"
        href="${phrasesAddress(number)}"
        data-close="${words.say("phrases.close")}"
        aria-keyshortcuts="Control+K Meta+K"
        >${words.say("phrases.open")}</a
      >
    </div>`;
}

/** What of the customer's the answer will quote. */
function renderAnswered(words: Words, { answering, entry }: Desk): Html | "" {
  if (!answering) return "";
  return html`<div class="answering">
    <input type="hidden" name="answers" value="${answering.key}" />
    <p>
      ${words.say("answer.to")}
      <a href="${caseAddress(entry.number)}">${words.say("answer.notTo")}</a>
    </p>
    <blockquote lang="${entry.language}">
      <bdi>${visible(answering.words.slice(0, 200))}</bdi>
    </blockquote>
  </div>`;
}

function renderFiles(words: Words): Html {
  const limits = {
    count: maxEvidenceFiles,
    size: words.size(maxEvidenceBytes),
    total: words.size(maxUploadBytes),
  };
  return html`<details class="attach" id="attach">
      <summary>${words.say("answer.files")}</summary>
      <input
        id="files"
        type="file"
        name="files"
        multiple
        accept="${accepted}"
        aria-label="${words.say("answer.files")}"
        aria-describedby="files-limit"
        data-most="${maxUploadBytes}"
        data-clears
      />
      <p class="quiet" id="files-limit">${words.say("answer.filesLimit", limits)}</p>
    </details>
    <ul id="chosen" class="chosen"></ul>`;
}

/** The answer and the note: they look and read differently, so that neither is taken for the other. */
export function renderComposer(words: Words, desk: Desk): Html {
  const { language } = desk.entry;
  const to = { language: words.say(`language.${language}`) };
  return html`<div id="answering" class="composer" data-live>
      ${
        isMine(desk)
          ? html`${renderForm(
              desk,
              "said",
              { className: "answer", label: words.say("answer.title"), hasFiles: true },
              renderAnswer(words, desk),
            )}
            ${renderForm(
              desk,
              "asked",
              { className: "asks", label: words.say("ask.title") },
              html`<span>${words.say("ask.title")}</span> ${wantedThings.map(
                  (thing) =>
                    html`<button class="button" name="wanted" value="${thing}">
                      ${words.say(`ask.${thing}`)}
                    </button>`,
                )}`,
            )}
            ${renderForm(
              desk,
              "asked",
              { className: "asks question", label: words.say("ask.question", to) },
              html`<input type="hidden" name="wanted" value="question" />
                <label for="question">${words.say("ask.question", to)}</label>
                <textarea
                  id="question"
                  name="text"
                  rows="1"
                  maxlength="3000"
                  lang="${language}"
                  data-clears
                >
${typed(desk, "asked", "text")}</textarea>
                ${button(words.say("ask.send"))}`,
            )}`
          : html`<p class="quiet" id="no-answer">${words.say("answer.takeFirst")}</p>`
      }
    </div>
    <div id="noting" data-live>
      ${renderForm(
        desk,
        "noted",
        { className: "note", label: words.say("note.title") },
        html`<label for="note">${words.say("note.label")}</label>
          <textarea id="note" name="text" rows="2" maxlength="3000" data-clears>
${typed(desk, "noted", "text")}</textarea>
          ${button(words.say("note.save"), "button noting")}`,
      )}
    </div>`;
}

/** What the inserted sentences say, for an agent who can't read the customer's language; the script adds to it. */
const renderMeaning = (words: Words, { phrase, entry }: Desk): Html =>
  html`<p
    class="quiet"
    id="meant"
    ${(!phrase || entry.language === words.language) && html`hidden`}
  >
    <span>${words.say("phrases.says")}</span>${phrase && html`<br />${phrase.own}`}
  </p>`;
