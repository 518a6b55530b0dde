import { html } from "hono/html";
import type { ChannelName } from "../../core/conversation.ts";
import type { Delivery, UnsentReply } from "../../ports/store.ts";
import { caseAddress, renderAgo } from "./list.ts";
import { type Html, renderPage } from "./page.ts";
import { type Words, visible } from "./words.ts";

/** A message that failed or may have come twice, and where it belongs. */
export interface TroubledRow {
  delivery: Delivery;
  channel: ChannelName | undefined;
  /** Of the conversation's latest case, if it has one. */
  number: string | undefined;
}

export function renderDeliveries(
  words: Words,
  {
    rows,
    older,
    isFirstPage,
  }: {
    rows: readonly TroubledRow[];
    /** The address of the next page; undefined on the last. */
    older: string | undefined;
    isFirstPage: boolean;
  },
): Html {
  const title = words.say("delivery.title");
  const body = html`<header class="list-head">
      <h1>${title}</h1>
      <a class="button" href="/console">${words.say("toCases")}</a>
    </header>
    <p class="lead">${words.say("delivery.lead")}</p>
    ${
      rows.length === 0
        ? html`<p class="quiet">${words.say("delivery.none")}</p>`
        : html`<ol class="cases deliveries">
            ${rows.map((row) => renderRow(words, row))}
          </ol>`
    }
    ${
      (older || !isFirstPage) &&
      html`<nav class="pages" aria-label="${words.say("cases.pages")}">
        ${!isFirstPage && html`<a class="button" href="/console/deliveries">${words.say("delivery.newest")}</a>`}
        ${older && html`<a class="button" rel="next" href="${older}">${words.say("delivery.older")}</a>`}
      </nav>`
    }`;
  return renderPage(words, { title, layout: "list", body });
}

function renderRow(words: Words, { delivery, channel, number }: TroubledRow): Html {
  return html`<li class="row">
    ${
      number === undefined
        ? html`<span class="id">${shortId(delivery.conversationId)}</span>`
        : html`<a class="number" href="${caseAddress(number)}#${anchorOf(delivery.seq)}"
            >${number}</a
          >`
    }
    <span class="state">${renderState(words, delivery)}</span>
    <span class="reason">${reasonOf(words, delivery)}</span>
    <span class="customer">${channel && words.say(`channel.${channel}`)}</span>
    <span class="opened"
      >${renderAgo(words, delivery.at)}<small
        >${words.date(delivery.at)}, ${words.time(delivery.at)}</small
      ></span
    >
  </li>`;
}

/** Where the message stands on the case's page. */
export const anchorOf = (seq: number) => `m${seq}`;

const shortId = (conversationId: string) => conversationId.slice(0, 8);

/** How far a message is on its way to the customer. */
export type Passage = Pick<Delivery, "seq" | "reason"> & {
  state: Delivery["state"] | UnsentReply["state"];
};

export const renderState = (words: Words, { state }: Pick<Passage, "state">): Html =>
  html`<span class="mark ${state}">${words.say(`delivery.${state}`)}</span>`;

/** Why, in words; a reason that only its channel knows stands as it is. */
export function reasonOf(
  words: Words,
  { state, reason }: Pick<Passage, "state" | "reason">,
): string {
  if (state === "repeated" || state === "unknown") return words.say(`delivery.${state}Why`);
  if (reason === undefined) return "";
  const known = [`unreachable.${reason}`, `delivery.reason.${reason}`].find((key) =>
    words.texts.has(`console:${key}`),
  );
  return known ? words.say(known) : words.say("delivery.reason.other", { reason: visible(reason) });
}
