import { html } from "hono/html";
import type { Case, CaseDescription } from "../../core/case.ts";
import { languages } from "../../core/language.ts";
import { type Html, renderPage } from "./page.ts";
import { lateness, renderUnclaimed } from "./targets.ts";
import type { Words } from "./words.ts";

export interface Row {
  entry: Case;
  description: CaseDescription;
}

/** What the queue shows. */
export const views = ["toDo", "mine", "unassigned", "waiting", "decided", "closed", "all"] as const;
export type View = (typeof views)[number];

export interface Sought {
  view: View;
  language: string;
  topic: string;
  words: string;
}

export interface Listing {
  rows: readonly Row[];
  sought: Sought;
  topics: readonly { id: string; title: string }[];
  /** How many cases wait for the shop. */
  toDo: number;
  /** The address of the next page; undefined on the last. */
  older?: string | undefined;
  isFirstPage: boolean;
}

export function queueAddress({ view, language, topic, words }: Sought, after?: string): string {
  const query = new URLSearchParams({
    ...(view !== "toDo" && { view }),
    ...(language && { language }),
    ...(topic && { topic }),
    ...(words && { q: words }),
    ...(after !== undefined && { after }),
  }).toString();
  return `/console${query && `?${query}`}`;
}

export function renderList(words: Words, listing: Listing): Html {
  const { rows, older, isFirstPage, sought, toDo } = listing;
  const title = words.say("cases.title");
  const body = html`<header class="list-head">
      <h1>${title}</h1>
      <nav class="pages" aria-label="${words.say("cases.more")}">
        <button class="button" id="notify" type="button" hidden>
          ${words.say("notify.allow")}
        </button>
        <a class="button" href="/console/figures">${words.say("figures.title")}</a>
        <a class="button" href="/console/deliveries">${words.say("delivery.title")}</a>
        <a class="button" href="/console/chart">${words.say("chart.title")}</a>
      </nav>
    </header>
    ${renderViews(words, listing)} ${renderSearch(words, listing)}
    <div id="cases" data-live>
      ${
        rows.length === 0
          ? renderEmpty(words, sought)
          : html`<ol class="cases">
              ${rows.map((row) => renderRow(words, row))}
            </ol>`
      }
    </div>
    ${
      (older || !isFirstPage) &&
      html`<nav class="pages" aria-label="${words.say("cases.pages")}">
        ${!isFirstPage && html`<a class="button" href="${queueAddress(sought)}">${words.say("cases.first")}</a>`}
        ${older && html`<a class="button" rel="next" href="${older}">${words.say("cases.next")}</a>`}
      </nav>`
    }`;
  return renderPage(words, { title, layout: "list", body, live: "queue", toDo });
}

const renderViews = (words: Words, { sought, toDo }: Listing): Html =>
  html`<nav class="views" id="views" data-live aria-label="${words.say("cases.views")}">
    ${views.map(
      (view) =>
        html`<a
          href="${queueAddress({ ...sought, view })}"
          ${view === sought.view && html` aria-current="page"`}
          >${words.say(`view.${view}`)}${view === "toDo" && html` <b>${words.texts.figure(toDo)}</b>`}</a
        >`,
    )}
  </nav>`;

function renderSearch(words: Words, { sought, topics }: Listing): Html {
  const select = (
    name: string,
    label: string,
    chosen: string,
    any: string,
    options: readonly { id: string; title: string }[],
  ) =>
    html`<label
      ><span>${label}</span
      ><select name="${name}">
        <option value="">${any}</option>
        ${options.map(
          ({ id, title }) =>
            html`<option value="${id}" ${id === chosen && html`selected`}>${title}</option>`,
        )}
      </select></label
    >`;
  return html`<form class="search" method="get" action="/console" role="search">
    <input type="hidden" name="view" value="${sought.view}" />
    <label class="words"
      ><span>${words.say("cases.search")}</span
      ><input id="search" type="search" name="q" value="${sought.words}" maxlength="100"
    /></label>
    ${select(
      "language",
      words.say("cases.language"),
      sought.language,
      words.say("cases.anyLanguage"),
      languages.map((id) => ({ id, title: words.say(`language.${id}`) })),
    )}
    ${select("topic", words.say("cases.topic"), sought.topic, words.say("cases.anyTopic"), topics)}
    <button class="button">${words.say("cases.find")}</button>
  </form>`;
}

function renderEmpty(words: Words, { view, language, topic, words: searched }: Sought): Html {
  const isSought = view !== "toDo" || language !== "" || topic !== "" || searched !== "";
  return html`<div class="notice">
    <h2>${words.say(isSought ? "cases.nothing" : "cases.empty.title")}</h2>
    ${!isSought && html`<p>${words.say("cases.empty.text")}</p>`}
  </div>`;
}

function renderRow(words: Words, { entry, description }: Row): Html {
  return html`<li class="row">
    <a class="number" href="${caseAddress(entry.number)}">${entry.number}</a>
    <span class="topic"><bdi>${description.topic}</bdi></span>
    <span class="outcome tone-${description.assessment.tone}">${description.outcome}</span>
    <span class="marks">${renderMarks(words, entry)} ${renderUnclaimed(words, entry)}</span>
    <span class="customer">${words.say(`language.${entry.language}`)}</span>
    <span class="opened ${lateness(words, entry)}"
      >${renderTurn(words, entry)}<small
        >${entry.owner ? entry.owner.name : words.say("owner.nobody")}</small
      ></span
    >
  </li>`;
}

/** Whose turn it is, and since when. */
const renderTurn = (words: Words, { status, waitsFor, waitingSince, updatedAt }: Case): Html =>
  status === "closed" || (status === "decided" && waitsFor === "customer")
    ? renderAgo(words, updatedAt)
    : html`<span class="turn-of">${words.say(`waitsFor.${waitsFor}`)}</span>
        ${renderAgo(words, waitingSince)}`;

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
            <span class="number">${entry.number}</span> ${renderAgo(words, entry.waitingSince)}
            <span class="topic"><bdi>${description.topic}</bdi></span>
            <span class="outcome tone-${description.assessment.tone}">${description.outcome}</span>
            ${(entry.urgent || entry.status !== "open" || entry.owner) && html`<span class="marks">${renderMarks(words, entry)}</span>`}
          </a>
        </li>`,
    )}
  </ol>`;
}

export function renderMarks(words: Words, entry: Case): Html {
  return html`${entry.urgent && html`<span class="mark urgent">${words.say("urgent")}</span>`}
    <span class="mark ${entry.status}">${words.say(`status.${entry.status}`)}</span>
    ${entry.owner && html`<span class="mark owned">${entry.owner.name}</span>`}`;
}

export function renderAgo(words: Words, at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}" title="${words.moment(at)}"
    >${words.ago(at)}</time
  >`;
}

export const caseAddress = (number: string) => `/console/cases/${encodeURIComponent(number)}`;
