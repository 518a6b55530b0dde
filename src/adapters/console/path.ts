import { html, raw } from "hono/html";
import type { Case } from "../../core/case.ts";
import { type Picture, isIn, placePattern, stylePattern } from "./chart.ts";
import { caseAddress } from "./list.ts";
import { type Html, renderPage } from "./page.ts";
import type { Words } from "./words.ts";

export interface CasePath {
  entry: Case;
  pictures: readonly Picture[];
  /** Where the customer stood, in order; undefined where the log does not tell. */
  stood: readonly string[] | undefined;
}

export const pathAddress = (number: string) => `${caseAddress(number)}/path`;

const wayPattern = /<path class="(way[^"]*)" data-way="(\S*) (\S*)"/gu;

/** The way of a case's customer, drawn into the pictures of the flow. */
export function renderPath(words: Words, { entry, pictures, stood }: CasePath): Html {
  const title = words.say("path.title", { number: entry.number });
  // The topic's before the whole, in which a phone shows a corner at a time.
  const walked = stood
    ? pictures
        .filter(({ svg }) => placesOf(stood, svg).some((place) => place !== undefined))
        .toReversed()
    : [];
  const body = html`<p class="back">
      <a href="${caseAddress(entry.number)}">${words.say("phrases.back")}</a>
    </p>
    <h1>${title}</h1>
    <p class="lead">${words.say(stood ? "path.lead" : "path.unknown")}</p>
    ${
      stood &&
      html`<section aria-labelledby="steps">
        <h2 id="steps">${words.say("path.steps")}</h2>
        <ol class="path-steps">
          ${stood.map((standing) => html`<li><code>${standing}</code></li>`)}
        </ol>
      </section>`
    }
    ${walked.map(
      (picture) =>
        html`<div class="picture-of-states">
          <h2 id="${picture.id}">${picture.title(words.texts)}</h2>
          <div class="scroll" role="region" tabindex="0" aria-labelledby="${picture.id}">
            ${raw(withPath(picture.svg, stood ?? []))}
          </div>
        </div>`,
    )}`;
  return renderPage(words, { title, layout: "list", body });
}

/** For each step the picture's state in which it was, if it has one. */
function placesOf(stood: readonly string[], svg: string): (string | undefined)[] {
  const places = [...svg.matchAll(placePattern)].map(([, state]) => state ?? "");
  return stood.map((standing) => places.find((place) => isIn(place, standing)));
}

/** The picture with each state's steps by number, and the ways between them. */
function withPath(svg: string, stood: readonly string[]): string {
  const places = placesOf(stood, svg);
  const walked = waysBetween(svg, stood, new Set(places));
  return svg
    .replace(stylePattern, "")
    .replace(placePattern, (_, state: string, position: string) =>
      drawSteps(
        position,
        places.flatMap((place, index) => (place === state ? [index + 1] : [])),
        places.length,
      ),
    )
    .replace(wayPattern, (whole, classes: string, from: string, to: string) =>
      walked.has(`${from} ${to}`) ? whole.replace(classes, `${classes} walked`) : whole,
    );
}

function drawSteps(position: string, steps: readonly number[], last: number): string {
  if (steps.length === 0) return "";
  const text = rangesOf(steps);
  const widthPx = 14 + 8 * text.length;
  const isLast = steps.includes(last);
  return `<g class="count" ${position}><g class="step${isLast ? " last" : ""}"><rect x="${6 - widthPx}" y="-15" width="${widthPx}" height="20" rx="10"/><text x="${6 - widthPx / 2}" y="-0.5">${text}</text></g></g>`;
}

const mostRanges = 3;

/** `2–5, 9`. */
function rangesOf(steps: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const step of steps) {
    const open = ranges.at(-1);
    if (open && open[1] === step - 1) open[1] = step;
    else ranges.push([step, step]);
  }
  const written = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return written.length > mostRanges
    ? `${written.slice(0, mostRanges).join(", ")}…`
    : written.join(", ");
}

/**
 * The lines that lead from each step to the next: the shortest way through
 * boxes in which nobody waits, so that a fork or a hub is passed.
 */
function waysBetween(
  svg: string,
  stood: readonly string[],
  places: ReadonlySet<string | undefined>,
): Set<string> {
  const ways = [...svg.matchAll(wayPattern)].map(([, , from = "", to = ""]) => ({ from, to }));
  const walked = new Set<string>();
  for (const [index, standing] of stood.entries()) {
    const next = stood[index + 1];
    if (next === undefined) break;
    const paths = ways.filter(({ from }) => isIn(from, standing)).map((way) => [way]);
    const seen = new Set<string>();
    for (let path = paths.shift(); path; path = paths.shift()) {
      const end = path.at(-1)?.to ?? "";
      if (isIn(end, next)) {
        for (const { from, to } of path) walked.add(`${from} ${to}`);
        break;
      }
      if (seen.has(end) || places.has(end)) continue;
      seen.add(end);
      for (const way of ways) if (way.from === end) paths.push([...path, way]);
    }
  }
  return walked;
}
