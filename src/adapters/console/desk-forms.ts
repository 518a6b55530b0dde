import { html } from "hono/html";
import { decisionOutcomes, wantedThings, type ActRefusal, type ActType } from "../../core/act.ts";
import type { Agent } from "../../core/agent.ts";
import { isAtLeast } from "../../core/agent.ts";
import type { DecisionDraft } from "../../core/act.ts";
import type { Case, DescribedFact } from "../../core/case.ts";
import type { DecisionBlock } from "../../core/message.ts";
import { amountText } from "../../core/amount.ts";
import { field, type Form } from "./act-forms.ts";
import { caseAddress } from "./list.ts";
import type { Html } from "./page.ts";
import { type Words, visible } from "./words.ts";

/** What the agent's last form came to, shown where it was sent from. */
export interface Outcome {
  /** The act's type, or `preview`. */
  sent: string;
  form: Form;
  refused?: ActRefusal;
  previewed?: { draft: DecisionDraft; block: DecisionBlock; needsSecond: boolean };
}

/** What the forms of a case need beside its page. */
export interface Desk {
  entry: Case;
  agent: Agent;
  /** Carried by each form, so that one sent twice is carried out once. */
  key: string;
  draft: DecisionDraft;
  clauses: readonly { id: string; title: string }[];
  /** The formal update that waits for a second person. */
  proposed?: DecisionBlock | undefined;
  outcome?: Outcome | undefined;
}

const isMine = ({ entry, agent }: Desk): boolean => entry.owner?.id === agent.id;

/** Why it was not done and what to do, above what stays typed. */
export function renderRefusal(words: Words, { outcome }: Desk): Html | "" {
  const refused = outcome?.refused;
  if (!refused) return "";
  const values = "name" in refused ? { name: refused.name } : {};
  return html`<p class="refusal" role="alert" id="refusal">
    ${words.say(`refused.${refused.reason}`, values)}
  </p>`;
}

function renderForm(
  desk: Desk,
  act: ActType | "preview",
  { className = "", label }: { className?: string; label?: string },
  body: Html,
): Html {
  return html`<form
    method="post"
    action="${caseAddress(desk.entry.number)}/${act}"
    class="${className}"
    ${label && html`aria-label="${label}"`}
  >
    <input type="hidden" name="key" value="${desk.key}" />${body}
  </form>`;
}

const button = (text: string, className = "button"): Html =>
  html`<button class="${className}">${text}</button>`;

const one = (words: Words, desk: Desk, act: ActType, className?: string, more: Html | "" = "") =>
  renderForm(
    desk,
    act,
    { className: `act-${act}` },
    html`${more}${button(words.say(`do.${act}`), className)}`,
  );

/** Who has the thread, and what can be done about that. */
export function renderOwner(words: Words, desk: Desk): Html {
  const { entry } = desk;
  const { owner, status } = entry;
  const over = html`<input type="hidden" name="over" value="1" />`;
  return html`<p class="owner">
      ${
        isMine(desk)
          ? words.say("owner.you")
          : owner
            ? words.say("owner.other", { name: owner.name })
            : words.say("owner.nobody")
      }
    </p>
    <div class="acts">
      ${status === "closed" && one(words, desk, "reopened")}
      ${status !== "closed" && !owner && one(words, desk, "taken", "button primary")}
      ${
        status !== "closed" &&
        owner &&
        !isMine(desk) &&
        renderForm(
          desk,
          "taken",
          { className: "act-taken" },
          html`${over}${button(words.say("do.takenOver"))}`,
        )
      }
      ${isMine(desk) && one(words, desk, "released")}
      ${isMine(desk) && status !== "closed" && one(words, desk, "closed")}
    </div>`;
}

/** What was typed into a form that was not carried out. */
const typed = ({ outcome }: Desk, act: string, name: string): string =>
  outcome?.sent === act ? field(outcome.form, name) : "";

/** The answer and the note: they look and read differently, so that neither is taken for the other. */
export function renderComposer(words: Words, desk: Desk): Html {
  const { language } = desk.entry;
  const to = { language: words.say(`language.${language}`) };
  return html`<div id="answering" class="composer" data-live>
      ${
        isMine(desk)
          ? html`${renderForm(
              desk,
              "said",
              { className: "answer", label: words.say("answer.title") },
              html`<label for="answer">${words.say("answer.label", to)}</label>
                <textarea
                  id="answer"
                  name="text"
                  rows="3"
                  maxlength="3000"
                  lang="${language}"
                  data-clears
                >
${typed(desk, "said", "text")}</textarea>
                ${button(words.say("answer.send", to), "button primary")}`,
            )}
            ${renderForm(
              desk,
              "asked",
              { className: "asks", label: words.say("ask.title") },
              html`<span>${words.say("ask.title")}</span> ${wantedThings.map(
                  (thing) =>
                    html`<button class="button" name="wanted" value="${thing}">
                      ${words.say(`ask.${thing}`)}
                    </button>`,
                )}`,
            )}`
          : html`<p class="quiet" id="no-answer">${words.say("answer.takeFirst")}</p>`
      }
    </div>
    <div id="noting" data-live>
      ${renderForm(
        desk,
        "noted",
        { className: "note", label: words.say("note.title") },
        html`<label for="note">${words.say("note.label")}</label>
          <textarea id="note" name="text" rows="2" maxlength="3000" data-clears>
${typed(desk, "noted", "text")}</textarea>
          ${button(words.say("note.save"), "button noting")}`,
      )}
    </div>`;
}

/** A pencil at a fact that opens what corrects it. */
export function renderCorrection(words: Words, desk: Desk, fact: DescribedFact): Html | "" {
  const { correction, label } = fact;
  if (!correction || !isMine(desk)) return "";
  const { question, choices, isFree } = correction;
  const isOpen =
    desk.outcome?.sent === "corrected" && typed(desk, "corrected", "question") === question;
  const chosen = isOpen ? typed(desk, "corrected", "choice") : "";
  return html`<details class="correction" id="correct-${question}" ${isOpen && html`open`}>
    <summary aria-label="${words.say("correct.open", { what: label })}">
      <span aria-hidden="true">✎</span>
    </summary>
    ${renderForm(
      desk,
      "corrected",
      { label: words.say("correct.open", { what: label }) },
      html`<input type="hidden" name="question" value="${question}" /> ${
          choices.length > 0 &&
          html`<label
            >${words.say("correct.choice")}
            <select name="choice">
              ${isFree && html`<option value="">${words.say("correct.inWords")}</option>`}
              ${choices.map(
                ({ id, label: name }) =>
                  html`<option value="${id}" ${id === chosen && html`selected`}>${name}</option>`,
              )}
            </select></label
          >`
        }
        ${
          isFree &&
          html`<label
            >${words.say("correct.words")}
            <input
              name="text"
              maxlength="3000"
              autocomplete="off"
              value="${isOpen ? typed(desk, "corrected", "text") : ""}"
          /></label>`
        }
        ${button(words.say("correct.save"))}`,
    )}
  </details>`;
}

/** The decision that waits for a second person. */
export function renderProposal(words: Words, desk: Desk): Html | "" {
  const { entry, proposed, agent } = desk;
  const { proposal } = entry;
  if (!proposal || !proposed) return "";
  const seen = html`<input type="hidden" name="seen" value="${entry.factsRevision}" />`;
  return html`<section class="proposal" aria-labelledby="proposal-title">
    <h3 id="proposal-title">${words.say("proposal.title", { name: proposal.by.name })}</h3>
    ${renderUpdate(entry, proposed)}
    ${
      isAtLeast(agent, "lead") && proposal.by.id !== agent.id
        ? html`<div class="acts">
            ${one(words, desk, "approved", "button primary", seen)} ${one(words, desk, "declined")}
          </div>`
        : html`<p class="quiet">${words.say("proposal.waits")}</p>
            ${isAtLeast(agent, "lead") && one(words, desk, "declined")}`
    }
  </section>`;
}

/** Beginning with what the assessment suggests; what was typed stays. */
export function renderDecision(words: Words, desk: Desk): Html | "" {
  const { entry, outcome, clauses } = desk;
  if (!isMine(desk) || entry.status === "closed") return "";
  const isSent = outcome?.sent === "preview" || outcome?.sent === "decided";
  const form = isSent ? outcome.form : formOf(desk.draft, entry.factsRevision);
  const cited = form["clauses"] ?? [];
  const value = (name: string) => field(form, name);
  return html`<details class="decision" id="decide" ${isSent && html`open`}>
    <summary>${words.say("decide.title")}</summary>
    ${isSent && renderRefusal(words, desk)}
    ${renderForm(
      desk,
      "preview",
      { className: "decision-form", label: words.say("decide.title") },
      html`<input type="hidden" name="seen" value="${entry.factsRevision}" />
        <input type="hidden" name="currency" value="${value("currency")}" />
        <label
          >${words.say("decide.outcome")}
          <select name="outcome" id="outcome">
            ${decisionOutcomes.map(
              (id) =>
                html`<option value="${id}" ${id === value("outcome") && html`selected`}>
                  ${words.say(`outcome.${id}`)}
                </option>`,
            )}
          </select></label
        >
        <label
          >${words.say("decide.amount", { currency: value("currency") })}
          <input name="amount" inputmode="decimal" autocomplete="off" value="${value("amount")}"
        /></label>
        <fieldset>
          <legend>${words.say("decide.clauses")}</legend>
          ${clauses.map(
            ({ id, title }) =>
              html`<label class="check"
                ><input
                  type="checkbox"
                  name="clauses"
                  value="${id}"
                  ${cited.includes(id) && html`checked`}
                /><span><b>${id === "law" ? "§" : id}</b> ${title}</span></label
              >`,
          )}
        </fieldset>
        <label
          >${words.say("decide.reasons", { language: words.say(`language.${entry.language}`) })}
          <textarea name="reasons" rows="6" maxlength="3000" lang="${entry.language}">
${value("reasons")}</textarea>
        </label>
        ${button(words.say("decide.preview"))}`,
    )}
    ${outcome?.previewed && renderPreview(words, desk, outcome.previewed)}
  </details>`;
}

/** Exactly what was previewed is what is sent: the form carries it along. */
function renderPreview(
  words: Words,
  desk: Desk,
  { draft, block, needsSecond }: NonNullable<Outcome["previewed"]>,
): Html {
  const form = formOf(draft, Number(field(desk.outcome?.form ?? {}, "seen")));
  return html`<section class="preview" aria-labelledby="preview-title" id="preview" tabindex="-1">
    <h3 id="preview-title">${words.say("decide.previewTitle")}</h3>
    ${renderUpdate(desk.entry, block)}
    ${needsSecond && html`<p>${words.say("decide.needsSecond")}</p>`}
    ${renderForm(
      desk,
      "decided",
      {},
      html`${Object.entries(form).flatMap(([name, values]) =>
        values.map((value) => html`<input type="hidden" name="${name}" value="${value}" />`),
      )}
      ${button(
        words.say(needsSecond ? "decide.propose" : "decide.send", {
          language: words.say(`language.${desk.entry.language}`),
        }),
        "button primary",
      )}`,
    )}
  </section>`;
}

const formOf = (draft: DecisionDraft, seen: number): Form => ({
  seen: [String(seen)],
  outcome: [draft.outcome],
  amount: [amountText(draft)],
  currency: [draft.currency ?? "EUR"],
  clauses: draft.clauses,
  reasons: [draft.reasons],
});

/** A formal update, in the customer's language. */
export function renderUpdate({ language }: Case, block: DecisionBlock): Html {
  return html`<article class="assessment update tone-${block.tone}" lang="${language}">
    <h4>${block.heading}</h4>
    <p class="summary">${block.summary}</p>
    <h5>${block.reasonsLabel}</h5>
    <p class="reasons"><bdi>${visible(block.reasons)}</bdi></p>
    <h5>${block.whyLabel}</h5>
    <ul>
      ${block.clauses.map(({ id, title }) => html`<li><b>${id}</b> ${title}</li>`)}
    </ul>
    <p>${block.next}</p>
    <p>${block.contest}</p>
    <p class="quiet">${block.signature}</p>
  </article>`;
}
