import { html } from "hono/html";
import { languages } from "../../core/language.ts";
import type { Words } from "./words.ts";

export type Html = ReturnType<typeof html>;

export interface Page {
  title: string;
  /** `panes` fills the window on a desktop; `narrow` is a column of text. */
  layout: "list" | "panes" | "narrow";
  body: Html;
  /** Where the browser goes by itself at once. */
  onwards?: string;
}

export function renderPage(words: Words, { title, layout, body, onwards }: Page): Html {
  return html`<!doctype html>
    <html lang="${words.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        ${onwards && html`<meta http-equiv="refresh" content="0; url=${onwards}" />`}
        <title>${title} · ${words.say("name")}</title>
        <link rel="stylesheet" href="/console/style.css" />
        <link rel="icon" href="data:," />
      </head>
      <body class="${layout}">
        <a class="skip" href="#main">${words.say("skip")}</a>
        <header class="bar">
          <a class="brand" href="/console">${words.say("name")}</a>
          <nav class="languages" aria-label="${words.say("pageLanguage")}">
            ${languages.map(
              (language) =>
                html`<a
                  href="?lang=${language}"
                  lang="${language}"
                  hreflang="${language}"
                  aria-label="${words.say(`ownName.${language}`)}"
                  ${language === words.language && html` aria-current="true"`}
                  >${language.toUpperCase()}</a
                >`,
            )}
          </nav>
        </header>
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html>`;
}

/** A page that only says one thing and the way on. */
export function renderNotice(
  words: Words,
  name: "closed" | "used" | "notFound" | "entered",
  onwards?: string,
): Html {
  const title = words.say(`${name}.title`);
  const body = html`<div class="notice">
    <h1>${title}</h1>
    <p>${words.say(`${name}.text`)}</p>
    ${(name === "notFound" || name === "entered") && html`<p><a class="button" href="/console">${words.say("toCases")}</a></p>`}
  </div>`;
  return renderPage(words, { title, layout: "narrow", body, ...(onwards && { onwards }) });
}
