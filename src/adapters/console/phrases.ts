import { html } from "hono/html";
import type { Case } from "../../core/case.ts";
import type { Phrase } from "../../core/phrases.ts";
import { caseAddress } from "./list.ts";
import { type Html, renderPage } from "./page.ts";
import type { Words } from "./words.ts";

export interface FoundPhrases {
  entry: Case;
  query: string;
  phrases: readonly Phrase[];
}

/** Where a case's sentences are looked for. */
export const phrasesAddress = (number: string) => `${caseAddress(number)}/phrases`;

/**
 * The sentences that an agent may insert, each beside what it says in their own
 * language. A page by itself; where there is a script, it opens over the case.
 */
export function renderPhrases(words: Words, { entry, query, phrases }: FoundPhrases): Html {
  const { number, language } = entry;
  const title = words.say("phrases.title");
  const body = html`<p class="back">
      <a href="${caseAddress(number)}">${words.say("phrases.back")}</a>
    </p>
    <section id="phrases" class="phrases" aria-labelledby="phrases-title">
      <h1 id="phrases-title">${title}</h1>
      <p class="quiet">
        ${words.say("phrases.lead", { language: words.say(`language.${language}`) })}
      </p>
      <form class="search" method="get" action="${phrasesAddress(number)}" role="search">
        <label class="words"
          ><span>${words.say("phrases.search")}</span
          ><input
            id="phrase-search"
            type="search"
            name="q"
            value="${query}"
            maxlength="100"
            autocomplete="off"
        /></label>
        <button class="button">${words.say("phrases.find")}</button>
      </form>
      <p class="quiet" id="phrase-count" role="status">
        ${
          phrases.length === 0
            ? words.say("phrases.nothing")
            : words.say("phrases.result", { count: phrases.length })
        }
      </p>
      <ol id="phrase-list" class="phrase-list">
        ${phrases.map((phrase, index) => renderPhrase(words, entry, phrase, index))}
      </ol>
    </section>`;
  return renderPage(words, { title, layout: "list", body });
}

/** Inserting it opens the case with the sentence in the answer, not sent. */
function renderPhrase(
  words: Words,
  { number, language }: Case,
  { key, own, theirs, gaps }: Phrase,
  index: number,
): Html {
  const isSame = language === words.language;
  return html`<li class="phrase">
    <form method="get" action="${caseAddress(number)}#answering" data-theirs="${theirs}">
      <input type="hidden" name="say" value="${key}" />
      ${!isSame && html`<p class="own">${own}</p>`}
      <p class="theirs" lang="${language}" id="phrase-${index}">${theirs}</p>
      ${
        gaps.length > 0 &&
        html`<div class="gaps" role="group" aria-label="${words.say("phrases.fill")}">
          ${gaps.map(
            ({ name, label }) =>
              html`<label
                >${label} <input name="with.${name}" maxlength="200" autocomplete="off"
              /></label>`,
          )}
        </div>`
      }
      <button class="button" aria-label="${words.say("phrases.insertOf", { what: own })}">
        ${words.say("phrases.insert")}
      </button>
    </form>
  </li>`;
}
