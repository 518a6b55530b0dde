import { html } from "hono/html";
import type { AuditRow } from "../../ports/audit.ts";
import { caseAddress, renderAgo } from "./list.ts";
import { type Html, renderPage } from "./page.ts";
import { type Words, visible } from "./words.ts";

export interface AuditPage {
  rows: readonly AuditRow[];
  /** The address of the next page; undefined on the last. */
  older?: string | undefined;
  isFirstPage: boolean;
}

/** What was done at the desk; a row that is not as it was written stands out. */
export function renderAudit(words: Words, { rows, older, isFirstPage }: AuditPage): Html {
  const title = words.say("audit.title");
  const broken = rows.filter(({ intact }) => !intact);
  const body = html`<header class="list-head">
      <h1>${title}</h1>
      <a class="button" href="/console">${words.say("toCases")}</a>
    </header>
    <p class="lead">${words.say("audit.lead")}</p>
    ${broken.length > 0 && html`<p class="trouble" role="alert">${words.say("audit.broken")}</p>`}
    ${
      rows.length === 0
        ? html`<p class="quiet">${words.say("audit.none")}</p>`
        : html`<div class="scroll" role="region" tabindex="0" aria-label="${title}">
            <table class="counts audit">
              <thead>
                <tr>
                  ${["number", "when", "who", "what", "outcome", "case", "detail"].map(
                    (column) => html`<th scope="col">${words.say(`audit.column.${column}`)}</th>`,
                  )}
                </tr>
              </thead>
              <tbody>
                ${rows.map((row) => renderRow(words, row))}
              </tbody>
            </table>
          </div>`
    }
    ${
      (older || !isFirstPage) &&
      html`<nav class="pages" aria-label="${words.say("cases.pages")}">
        ${!isFirstPage && html`<a class="button" href="/console/audit">${words.say("audit.newest")}</a>`}
        ${older && html`<a class="button" rel="next" href="${older}">${words.say("audit.older")}</a>`}
      </nav>`
    }`;
  return renderPage(words, { title, layout: "list", body });
}

function renderRow(words: Words, row: AuditRow): Html {
  const { seq, at, by, what, outcome, reason, caseNumber, detail, intact } = row;
  return html`<tr>
    <th scope="row">
      ${seq}${!intact && html` <span class="mark urgent">${words.say("audit.changed")}</span>`}
    </th>
    <td>${renderAgo(words, at)}</td>
    <td>
      ${by ? html`<bdi>${by.name}</bdi> (${words.say(`role.${by.role}`)})` : words.say("audit.stranger")}
    </td>
    <td>${words.say(`audit.what.${what}`)}</td>
    <td>
      ${words.say(`audit.outcome.${outcome}`)}
      ${reason !== undefined && html`<small><code>${reason}</code></small>`}
    </td>
    <td>
      ${caseNumber !== undefined && html`<a href="${caseAddress(caseNumber)}">${caseNumber}</a>`}
    </td>
    <td>${detail !== undefined && html`<small><code>${visible(detail)}</code></small>`}</td>
  </tr>`;
}
