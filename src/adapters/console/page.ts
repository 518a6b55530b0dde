import { html } from "hono/html";
import { type Agent, isAtLeast } from "../../core/agent.ts";
import { languages } from "../../core/language.ts";
import type { Words } from "./words.ts";

export type Html = ReturnType<typeof html>;

export interface Page {
  title: string;
  /** `panes` fills the window on a desktop; `narrow` is a column of text. */
  layout: "list" | "panes" | "narrow";
  body: Html;
  /** What the page follows: a case by its number, or `queue`. */
  live?: string;
  /** How many cases wait for the shop: in the tab's title. */
  toDo?: number;
  /** Where the browser goes by itself at once. */
  onwards?: string;
}

// The referrer is the pages' own: with none, a form's Origin would be "null", and over plain http that
// is all by which our forms are known.
export function renderPage(
  words: Words,
  { title, layout, body, onwards, live, toDo = 0 }: Page,
): Html {
  return html`<!doctype html>
    <html lang="${words.language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="same-origin" />
        <meta name="color-scheme" content="light dark" />
        ${onwards && html`<meta http-equiv="refresh" content="0; url=${onwards}" />`}
        <title>
          ${toDo > 0 ? `(${words.texts.figure(toDo)}) ` : ""}${title} · ${words.say("name")}
        </title>
        <link rel="stylesheet" href="/console/style.css" />
        <link rel="icon" href="data:," />
        ${live && html`<script type="module" src="/console/desk.js"></script>`}
      </head>
      <body
        class="${layout}"
        ${
          live &&
          html`data-live-of="${live}" data-todo="${toDo}" data-new="${words.say("notify.new")}"
          data-answer="${words.say("notify.answer")}"`
        }
      >
        <a class="skip" href="#main">${words.say("skip")}</a>
        <header class="bar">
          <a class="brand" href="/console">${words.say("name")}</a>
          ${words.reader && renderReader(words, words.reader)}
          ${live && html`<button class="quiet-button" id="keys-open" type="button" hidden>${words.say("keys.open")}</button>`}
          <nav class="languages" aria-label="${words.say("pageLanguage")}">
            ${languages.map(
              (language) =>
                html`<a
                  href="?lang=${language}"
                  lang="${language}"
                  hreflang="${language}"
                  aria-label="${language.toUpperCase()} – ${words.say(`ownName.${language}`)}"
                  ${language === words.language && html` aria-current="true"`}
                  >${language.toUpperCase()}</a
                >`,
            )}
          </nav>
        </header>
        <main id="main" tabindex="-1">${body}</main>
        ${live && html`<p id="news" class="news" role="status"></p>`} ${live && renderKeys(words)}
      </body>
    </html>`;
}

const keys = {
  j: "j",
  k: "k",
  t: "t",
  r: "r",
  n: "n",
  d: "d",
  p: "p",
  "Ctrl K": "picker",
  "/": "slash",
  "?": "help",
};

/** Which keys do what; the script opens it. */
const renderKeys = (words: Words): Html =>
  html`<dialog id="keys" aria-labelledby="keys-title">
    <h2 id="keys-title">${words.say("keys.title")}</h2>
    <dl>
      ${Object.entries(keys).map(
        ([key, name]) =>
          html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${words.say(`keys.${name}`)}</dd>
          </div>`,
      )}
    </dl>
    <label class="check"
      ><input type="checkbox" id="single-keys" checked />${words.say("keys.single")}</label
    >
    <form method="dialog"><button class="button">${words.say("keys.close")}</button></form>
  </dialog>`;

function renderReader(words: Words, { name, role }: Agent): Html {
  return html`<div class="reader">
    <span class="unseen">${words.say("reader.is")}</span>
    <bdi>${name}</bdi> <small>${words.say(`role.${role}`)}</small>
    ${isAtLeast({ id: "", name, role }, "lead") && html`<a href="/console/audit">${words.say("audit.title")}</a>`}
    <form method="post" action="/console/logout">
      <button class="quiet-button">${words.say("reader.logOut")}</button>
    </form>
  </div>`;
}

/** A page that only says one thing and the way on; `logIn` is the provider's label where there is one. */
export function renderNotice(
  words: Words,
  name:
    | "closed"
    | "used"
    | "notFound"
    | "entered"
    | "loggedOut"
    | "notAllowed"
    | "crossSite"
    | "tooMany"
    | "unknownPerson"
    | "logInFailed"
    | "providerAway",
  { onwards, logIn }: { onwards?: string; logIn?: string } = {},
): Html {
  const title = words.say(`${name}.title`);
  const isInside = ["notFound", "entered", "notAllowed", "crossSite"].includes(name);
  const body = html`<div class="notice">
    <h1>${title}</h1>
    <p>${words.say(name === "closed" && logIn ? "closed.logIn" : `${name}.text`)}</p>
    ${isInside && html`<p><a class="button" href="/console">${words.say("toCases")}</a></p>`}
    ${!isInside && logIn && html`<p><a class="button" href="/console/login">${words.say("logIn", { provider: logIn })}</a></p>`}
  </div>`;
  return renderPage(words, { title, layout: "narrow", body, ...(onwards && { onwards }) });
}
