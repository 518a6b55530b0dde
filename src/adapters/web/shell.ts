import { html, raw } from "hono/html";
import { type Language, languages } from "../../core/language.ts";
import { maxTextLength, maxFilesPerMessage } from "./inbound.ts";
import type { Assets } from "./assets.ts";
import type { Boot } from "./boot.ts";
import type { Shop } from "./options.ts";
import { fill, languageNames, words } from "./words.ts";

/**
 * The page without a conversation. `data-word…` names what the script says
 * anew when the language changes; the values travel as attributes, as the
 * policy allows no inline script.
 */
export function chatPage({ language, shop, assets, maxEvidenceBytes }: PageOptions) {
  const say = words[language];
  const icon = (name: string) =>
    html`<svg class="icon" aria-hidden="true">
      <use href="${assets.url("icons.svg")}#${name}" />
    </svg>`;
  const boot: Boot = {
    language,
    shopName: shop.name,
    ...(shop.supportEmail && { supportEmail: shop.supportEmail }),
    maxTextLength,
    maxFiles: maxFilesPerMessage,
    maxFileBytes: maxEvidenceBytes,
  };
  return frame(
    { language, assets, title: fill(say.title, { shop: shop.name }) },
    html`<body data-boot="${JSON.stringify(boot)}" data-words="${JSON.stringify(say)}">
      <a class="skip" href="#text" data-word="skip">${say.skip}</a>
      <header class="top">
        <span class="mark" aria-hidden="true">${initial(shop.name)}</span>
        <h1>
          <span class="shop">${shop.name}</span>
          <span class="what" data-word="header.assistant">${say.header.assistant}</span>
        </h1>
        <label class="language">
          <span class="code" aria-hidden="true" id="language-code">${language.toUpperCase()}</span>
          <select
            id="language"
            aria-label="${say.header.language}"
            data-word-label="header.language"
          >
            ${languages.map(
              (each) =>
                html`<option
                  value="${each}"
                  lang="${each}"
                  ${each === language ? raw(" selected") : ""}
                >
                  ${languageNames[each]}
                </option>`,
            )}
          </select>
        </label>
        <button
          type="button"
          class="person"
          id="person"
          aria-label="${say.header.personLabel}"
          data-word-label="header.personLabel"
        >
          ${icon("person")}<span data-word="header.person">${say.header.person}</span>
        </button>
      </header>
      <main>
        <p class="about">
          ${shop.url ? html`<a href="${shop.url}" target="_blank" rel="noopener">${shop.name}</a>` : ""}
          <a href="${shop.policyUrl}" target="_blank" rel="noopener" data-word="about.policy"
            >${say.about.policy}</a
          >
          <a href="${shop.privacyUrl}" target="_blank" rel="noopener" data-word="about.privacy"
            >${say.about.privacy}</a
          >
        </p>
        <noscript
          ><p class="notice">
            ${say.noScript}
            ${shop.supportEmail ? html`<a href="mailto:${shop.supportEmail}">${shop.supportEmail}</a>` : ""}
          </p></noscript
        >
        <div
          id="log"
          class="log"
          role="log"
          aria-live="polite"
          aria-busy="true"
          aria-label="${say.log.label}"
          data-word-label="log.label"
        ></div>
        <div id="typing" class="typing" hidden>
          <span class="visually-hidden" data-word="log.typing">${say.log.typing}</span><i></i><i></i
          ><i></i>
        </div>
      </main>
      <footer class="bottom">
        <button type="button" id="newer" class="newer" hidden data-word="log.newer">
          ${say.log.newer}
        </button>
        <div id="banner" class="banner" role="status"></div>
        <form
          id="composer"
          class="composer"
          aria-label="${say.composer.form}"
          data-word-label="composer.form"
        >
          <ul
            id="tray"
            class="tray"
            hidden
            aria-label="${say.files.tray}"
            data-word-label="files.tray"
          ></ul>
          <p id="problem" class="problem" role="alert"></p>
          <div class="line">
            <input
              type="file"
              id="file"
              class="visually-hidden"
              multiple
              tabindex="-1"
              aria-hidden="true"
              accept="image/png,image/jpeg,image/webp,image/gif,application/pdf"
            />
            <button
              type="button"
              id="attach"
              class="round"
              aria-label="${say.composer.attach}"
              data-word-label="composer.attach"
            >
              ${icon("attach")}
            </button>
            <textarea
              id="text"
              rows="1"
              enterkeyhint="send"
              autocomplete="off"
              aria-label="${say.composer.label}"
              data-word-label="composer.label"
              placeholder="${say.composer.placeholder}"
              aria-describedby="problem"
            ></textarea>
            <button
              type="submit"
              id="send"
              class="round send"
              aria-label="${say.composer.send}"
              data-word-label="composer.send"
            >
              ${icon("send")}
            </button>
          </div>
        </form>
      </footer>
      <div id="drop" class="drop" hidden aria-hidden="true">
        <p data-word="files.drop">${say.files.drop}</p>
      </div>
    </body>`,
    html`${assets.scripts.map((file) => html`<link rel="modulepreload" href="${assets.url(file)}" />`)}
      <script type="module" src="${assets.url("chat.js")}"></script>`,
  );
}

const initial = (name: string): string => String.fromCodePoint(name.codePointAt(0) ?? 0x3f);

interface PageOptions {
  language: Language;
  shop: Shop;
  assets: Assets;
  maxEvidenceBytes: number;
}

/** For a way back that is not, or no longer, ours. */
export function noWayBackPage({ language, shop, assets }: Omit<PageOptions, "maxEvidenceBytes">) {
  const say = words[language].wayBack;
  return frame(
    { language, assets, title: say.title },
    html`<body>
      <main class="alone">
        <h1>${say.title}</h1>
        <p>${say.text}</p>
        ${shop.supportEmail ? html`<p>${say.email} <a href="mailto:${shop.supportEmail}">${shop.supportEmail}</a></p>` : ""}
        <p><a class="choice primary" href="/">${say.start}</a></p>
      </main>
    </body>`,
  );
}

/**
 * For a way back in a browser that has another conversation. Its Referrer-Policy
 * is not the site's: under `no-referrer` a form says `Origin: null`, and browsers
 * without `Sec-Fetch-Site` could not show that it is our own.
 */
export function otherHerePage({
  language,
  assets,
  action,
}: Pick<PageOptions, "language" | "assets"> & { action: string }) {
  const say = words[language].otherHere;
  return frame(
    { language, assets, title: say.title },
    html`<body>
      <main class="alone">
        <h1>${say.title}</h1>
        <p>${say.text}</p>
        <form class="choices" method="post" action="${action}">
          <button class="choice primary" type="submit">${say.continue}</button>
          <a class="choice" href="/">${say.keep}</a>
        </form>
      </main>
    </body>`,
    html`<meta name="referrer" content="same-origin" />`,
  );
}

function frame(
  { language, assets, title }: { language: Language; assets: Assets; title: string },
  body: ReturnType<typeof html>,
  head: ReturnType<typeof html> | "" = "",
) {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="${assets.url("icon.svg")}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets.url("tokens.css")}" />
        <link rel="stylesheet" href="${assets.url("accent.css")}" />
        <link rel="stylesheet" href="${assets.url("chat.css")}" />
        <link rel="stylesheet" href="${assets.url("blocks.css")}" />
        ${head}
      </head>
      ${body}
    </html>`;
}
