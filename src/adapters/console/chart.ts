import { html, raw } from "hono/html";
import type { Texts } from "../../core/texts.ts";
import type { StandingCount } from "../../ports/store.ts";
import { type Html, renderPage } from "./page.ts";
import type { Words } from "./words.ts";

/**
 * A picture of a flow as an SVG file. Its `<g class="count" data-state="…">`
 * are empty places for how many stand in that state or below it; its style is
 * served with the console's, since a page has none of its own.
 */
export interface Picture {
  id: string;
  title(texts: Texts): string;
  svg: string;
}

interface Count {
  here: number;
  left: number;
}

/** What is served with the console. */
export const stylePattern = /<style>([^]*?)<\/style>\n?/u;
/** The places of the states in a picture: their path and where they lie. */
export const placePattern = /<g class="count" data-state="([\w.]+)" (transform="[^"]*")><\/g>/gu;

/** The style that the pictures share. */
export const styleOf = ([first]: readonly Picture[]): string =>
  stylePattern.exec(first?.svg ?? "")?.[1] ?? "";

/** The pictures of a flow with how many stand in each state, and how many fell silent there. */
export function renderChart(
  words: Words,
  pictures: readonly Picture[],
  standings: readonly StandingCount[],
): Html {
  const title = words.say("chart.title");
  const named = pictures.map((picture) => ({ ...picture, title: picture.title(words.texts) }));
  const places = pictures.flatMap(({ svg }) => placesIn(svg));
  const unknown = standings
    .map(({ standing }) => standing)
    .filter((standing) => !places.some((place) => isIn(place, standing)));
  const body = html`<header class="list-head">
      <h1>${title}</h1>
      <a class="button" href="/console">${words.say("toCases")}</a>
    </header>
    <p class="lead">${words.say("chart.lead")}</p>
    ${renderCount(words, countIn(standings))} ${renderVersions(words, standings)}
    <nav class="parts" aria-label="${words.say("chart.parts")}">
      ${named.map((picture) => html`<a href="#${picture.id}">${picture.title}</a>`)}
    </nav>
    ${named.map((picture, index) =>
      renderPicture(words, picture, standings, index === 0 ? unknown : []),
    )}`;
  return renderPage(words, { title, layout: "list", body });
}

function renderPicture(
  words: Words,
  { id, title, svg }: Omit<Picture, "title"> & { title: string },
  standings: readonly StandingCount[],
  unknown: readonly string[],
): Html {
  const rows = [...new Set([...placesIn(svg), ...unknown])]
    .map((state) => ({ state, ...countIn(standings, state) }))
    .filter(({ here, left }) => here + left > 0);
  return html`<div class="picture-of-states">
    <h2 id="${id}">${title}</h2>
    ${
      rows.length > 0
        ? renderTable(words, rows)
        : html`<p class="quiet">${words.say("chart.none")}</p>`
    }
    <div class="scroll" role="region" tabindex="0" aria-labelledby="${id}">
      ${raw(withCounts(svg, words, standings))}
    </div>
  </div>`;
}

function renderTable(words: Words, rows: readonly ({ state: string } & Count)[]): Html {
  return html`<table class="counts">
    <thead>
      <tr>
        <th scope="col">${words.say("chart.state")}</th>
        <th scope="col">${words.say("chart.here")}</th>
        <th scope="col">${words.say("chart.left")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ state, here, left }) =>
          html`<tr>
            <th scope="row"><code>${state.slice(state.lastIndexOf(".") + 1) || "?"}</code></th>
            <td>${words.texts.figure(here)}</td>
            <td>${words.texts.figure(left)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function renderCount(words: Words, { here, left }: Count): Html {
  return html`<p class="legend">
    <span class="here">${words.say("chart.here")} ${words.texts.figure(here)}</span>
    <span class="left">${words.say("chart.left")} ${words.texts.figure(left)}</span>
  </p>`;
}

/** By the version of the flow that last touched them; the older ones are brought along when they write again. */
function renderVersions(words: Words, standings: readonly StandingCount[]): Html | "" {
  const versions = [...new Set(standings.map(({ flowVersion }) => flowVersion))].sort(
    (a, b) => b - a,
  );
  if (versions.length === 0) return "";
  return html`<ul class="versions">
    ${versions.map((version) => {
      const { here, left } = countIn(
        standings.filter(({ flowVersion }) => flowVersion === version),
      );
      return html`<li>
        ${words.texts.text("console:chart.version", { version, count: here + left })}
      </li>`;
    })}
  </ul>`;
}

const placesIn = (svg: string): string[] =>
  [...svg.matchAll(placePattern)].map(([, state]) => state ?? "");

/** Whether a customer who stands there stands in this state or below it. */
export const isIn = (state: string, standing: string) =>
  standing === state || standing.startsWith(`${state}.`);

/** Those in the state or below it; all without a state. */
function countIn(standings: readonly StandingCount[], state?: string): Count {
  const found = standings.filter(({ standing }) => state === undefined || isIn(state, standing));
  const sum = (isResting: boolean) =>
    found
      .filter(({ resting }) => resting === isResting)
      .reduce((total, { count }) => total + count, 0);
  return { here: sum(false), left: sum(true) };
}

/** The picture for a page: without its style, and with a badge at each state where somebody stands. */
function withCounts(svg: string, words: Words, standings: readonly StandingCount[]): string {
  return svg
    .replace(stylePattern, "")
    .replace(placePattern, (_, state: string, position: string) =>
      drawBadges(position, countIn(standings, state), words),
    );
}

function drawBadges(position: string, { here, left }: Count, words: Words): string {
  let right = 6;
  const badge = (name: "here" | "left", count: number): string => {
    if (count === 0) return "";
    const text = words.texts.figure(count);
    const widthPx = 14 + 8 * text.length;
    right -= widthPx + 3;
    return `<g class="${name}"><rect x="${right}" y="-15" width="${widthPx}" height="20" rx="10"/><text x="${right + widthPx / 2}" y="-0.5">${text}</text></g>`;
  };
  return `<g class="count" ${position}>${badge("left", left)}${badge("here", here)}</g>`;
}
