import { html } from "hono/html";
import type { ActRefusal, ActType, DecisionDraft } from "../../core/act.ts";
import type { Agent } from "../../core/agent.ts";
import type { Case, DescribedFact } from "../../core/case.ts";
import type { Phrase } from "../../core/phrases.ts";
import type { DecisionBlock } from "../../core/message.ts";
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
  /** The customer's message that the next answer is to quote. */
  answering?: { key: string; words: string } | undefined;
  /** The ready sentence that the answer begins with. */
  phrase?: Phrase | undefined;
}

/** Whether the reader has the thread. */
export const isMine = ({ entry, agent }: Desk): boolean => entry.owner?.id === agent.id;

/** Why it was not done and what to do, above what stays typed. */
export function renderRefusal(words: Words, { outcome }: Desk): Html | "" {
  const refused = outcome?.refused;
  if (!refused) return "";
  const values = {
    ...("name" in refused && { name: refused.name }),
    ...("file" in refused && { file: visible(refused.file) }),
  };
  return html`<p class="refusal" role="alert" id="refusal">
    ${words.say(`refused.${refused.reason}`, values)}
    ${"refusal" in refused && words.say(`said.refused.${refused.refusal}`)}
  </p>`;
}

/** A form that is sent back to the case. */
export function renderForm(
  desk: Desk,
  act: ActType | "preview",
  {
    className = "",
    label,
    hasFiles = false,
  }: { className?: string; label?: string; hasFiles?: boolean },
  body: Html,
): Html {
  return html`<form
    method="post"
    ${hasFiles && html`enctype="multipart/form-data"`}
    action="${caseAddress(desk.entry.number)}/${act}"
    class="${className}"
    ${label && html`aria-label="${label}"`}
  >
    <input type="hidden" name="key" value="${desk.key}" />${body}
  </form>`;
}

export const button = (text: string, className = "button"): Html =>
  html`<button class="${className}">${text}</button>`;

/** A form of one button. */
export const one = (
  words: Words,
  desk: Desk,
  act: ActType,
  className?: string,
  more: Html | "" = "",
) =>
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
export const typed = ({ outcome }: Desk, act: string, name: string): string =>
  outcome?.sent === act ? field(outcome.form, name) : "";

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
