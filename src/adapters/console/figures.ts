import { html } from "hono/html";
import { decisionOutcomes } from "../../core/act.ts";
import { satisfactions } from "../../core/case.ts";
import type { CaseFigures, StandingCount } from "../../ports/store.ts";
import { type Html, renderPage } from "./page.ts";
import type { Words } from "./words.ts";

export const dayMs = 86_400_000;

export interface Week {
  since: number;
  cases: readonly CaseFigures[];
  standings: readonly StandingCount[];
}

interface Bar {
  label: string;
  count: number;
}

/** Numbers first; the bars beside them show the same. */
export function renderFigures(words: Words, { since, cases, standings }: Week): Html {
  const title = words.say("figures.title");
  const opened = cases.filter(({ openedAt }) => openedAt >= since);
  const decisions = cases.flatMap(({ decision, openedAt }) =>
    decision && decision.at >= since ? [{ ...decision, openedAt }] : [],
  );
  const firstAnswers = opened.flatMap(({ firstAnsweredAt, openedAt }) =>
    firstAnsweredAt === undefined ? [] : [firstAnsweredAt - openedAt],
  );
  const left = standings.filter(({ resting }) => resting);
  const body = html`<header class="list-head">
      <h1>${title}</h1>
      <a class="button" href="/console">${words.say("toCases")}</a>
    </header>
    <p class="lead">${words.say("figures.lead", { from: words.date(since) })}</p>
    <dl class="totals">
      ${[
        [words.say("figures.opened"), words.texts.figure(opened.length)],
        [words.say("figures.decided"), words.texts.figure(decisions.length)],
        [words.say("figures.firstAnswer"), spanOf(words, median(firstAnswers))],
        [
          words.say("figures.toDecision"),
          spanOf(words, median(decisions.map(({ at, openedAt }) => at - openedAt))),
        ],
      ].map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${renderBars(words, "days", daysOf(words, since, opened))}
    ${renderBars(
      words,
      "outcomes",
      decisionOutcomes
        .map((outcome) => ({
          label: words.say(`outcome.${outcome}`),
          count: decisions.filter((one) => one.outcome === outcome).length,
        }))
        .filter(({ count }) => count > 0),
    )}
    ${renderBars(
      words,
      "satisfaction",
      satisfactions
        .map((satisfaction) => ({
          label: words.say(`satisfaction.${satisfaction}`),
          count: cases.filter((one) => one.satisfaction === satisfaction).length,
        }))
        .filter(({ count }) => count > 0),
    )}
    ${renderBars(words, "clauses", counted(decisions.flatMap(({ clauses }) => clauses)))}
    ${renderBars(
      words,
      "left",
      left
        .map(({ standing, count }) => ({ label: standing, count }))
        .toSorted((a, b) => b.count - a.count)
        .slice(0, 12),
    )}`;
  return renderPage(words, { title, layout: "list", body });
}

function daysOf(words: Words, since: number, opened: readonly CaseFigures[]): Bar[] {
  const days = Array.from({ length: 7 }, (_, index) => words.date(since + (index + 1) * dayMs - 1));
  const dates = opened.map(({ openedAt }) => words.date(openedAt));
  return days.map((label) => ({ label, count: dates.filter((date) => date === label).length }));
}

function counted(ids: readonly string[]): Bar[] {
  return [...new Set(ids)]
    .map((id) => ({ label: id, count: ids.filter((one) => one === id).length }))
    .toSorted((a, b) => b.count - a.count);
}

/** Undefined of nothing. */
function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function spanOf({ language }: Words, ms: number | undefined): string {
  if (ms === undefined) return "–";
  const minutes = ms / 60_000;
  const [value, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 2880
        ? [minutes / 60, "hour"]
        : [minutes / 1440, "day"];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: unit as string,
    unitDisplay: "long",
    maximumFractionDigits: unit === "minute" ? 0 : 1,
  }).format(value as number);
}

const barPx = 240;

function renderBars(
  words: Words,
  name: "days" | "outcomes" | "satisfaction" | "clauses" | "left",
  bars: readonly Bar[],
): Html {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return html`<section class="bars" aria-labelledby="${name}">
    <h2 id="${name}">${words.say(`figures.${name}`)}</h2>
    ${
      bars.length === 0
        ? html`<p class="quiet">${words.say("figures.none")}</p>`
        : html`<table>
            ${bars.map(
              ({ label, count }) =>
                html`<tr>
                  <th scope="row">${label}</th>
                  <td>${words.texts.figure(count)}</td>
                  <td class="bar-cell" aria-hidden="true">
                    <svg width="${barPx}" height="14" viewBox="0 0 ${barPx} 14">
                      <rect width="${Math.round((barPx * count) / most)}" height="14" rx="3" />
                    </svg>
                  </td>
                </tr>`,
            )}
          </table>`
    }
  </section>`;
}
