import { html } from "hono/html";
import type { Case, CaseDescription } from "../../core/case.ts";
import { type Html, renderPage } from "./page.ts";
import type { Words } from "./words.ts";

export interface Row {
  entry: Case;
  description: CaseDescription;
}

export interface Listing {
  rows: readonly Row[];
  /** The address of the next page; undefined on the last. */
  older?: string | undefined;
  isFirstPage: boolean;
}

export function renderList(words: Words, { rows, older, isFirstPage }: Listing): Html {
  const title = words.say("cases.title");
  const body = html`<header class="list-head">
      <h1>${title}</h1>
      <nav class="pages" aria-label="${words.say("cases.more")}">
        <a class="button" href="/console/deliveries">${words.say("delivery.title")}</a>
        <a class="button" href="/console/chart">${words.say("chart.title")}</a>
      </nav>
    </header>
    ${
      rows.length === 0 && isFirstPage
        ? renderEmpty(words)
        : html`<ol class="cases">
            ${rows.map((row) => renderRow(words, row))}
          </ol>`
    }
    ${
      (older || !isFirstPage) &&
      html`<nav class="pages" aria-label="${words.say("cases.pages")}">
        ${!isFirstPage && html`<a class="button" href="/console">${words.say("cases.newest")}</a>`}
        ${older && html`<a class="button" rel="next" href="${older}">${words.say("cases.older")}</a>`}
      </nav>`
    }`;
  return renderPage(words, { title, layout: "list", body });
}

function renderEmpty(words: Words): Html {
  return html`<div class="notice">
    <h2>${words.say("cases.empty.title")}</h2>
    <p>${words.say("cases.empty.text")}</p>
  </div>`;
}

function renderRow(words: Words, { entry, description }: Row): Html {
  return html`<li class="row">
    <a class="number" href="${caseAddress(entry.number)}">${entry.number}</a>
    <span class="topic"><bdi>${description.topic}</bdi></span>
    <span class="outcome tone-${description.assessment.tone}">${description.outcome}</span>
    <span class="marks">${renderMarks(words, entry)}</span>
    <span class="customer">${words.say(`language.${entry.language}`)}</span>
    <span class="opened"
      >${renderAgo(words, entry.openedAt)}<small
        >${words.date(entry.openedAt)}, ${words.time(entry.openedAt)}</small
      ></span
    >
  </li>`;
}

/** The short list beside a case; the case that is open stands out in it. */
export function renderQueue(words: Words, rows: readonly Row[], current: string): Html {
  return html`<ol class="queue">
    ${rows.map(
      ({ entry, description }) =>
        html`<li>
          <a
            href="${caseAddress(entry.number)}"
            ${entry.number === current && html` aria-current="page"`}
          >
            <span class="number">${entry.number}</span> ${renderAgo(words, entry.openedAt)}
            <span class="topic"><bdi>${description.topic}</bdi></span>
            <span class="outcome tone-${description.assessment.tone}">${description.outcome}</span>
            ${(entry.urgent || entry.status !== "open") && html`<span class="marks">${renderMarks(words, entry)}</span>`}
          </a>
        </li>`,
    )}
  </ol>`;
}

export function renderMarks(words: Words, entry: Case): Html {
  return html`${entry.urgent && html`<span class="mark urgent">${words.say("urgent")}</span>`}
    <span class="mark ${entry.status}">${words.say(`status.${entry.status}`)}</span>`;
}

export function renderAgo(words: Words, at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}" title="${words.moment(at)}"
    >${words.ago(at)}</time
  >`;
}

export const caseAddress = (number: string) => `/console/cases/${encodeURIComponent(number)}`;
