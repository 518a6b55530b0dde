import { html } from "hono/html";
import type { Conversation, FlowEvent, LogEntry } from "../../core/conversation.ts";
import { endingOf, type Evidence, isAudio } from "../../core/evidence.ts";
import type { AssessmentBlock } from "../../core/message.ts";
import type { Passage } from "./deliveries.ts";
import { renderComposer } from "./composer.ts";
import { renderDecision, renderProposal } from "./decision-forms.ts";
import { type Desk, renderCorrection, renderOwner, renderRefusal } from "./desk-forms.ts";
import { type Row, caseAddress, renderAgo, renderMarks, renderQueue } from "./list.ts";
import { pathAddress } from "./path.ts";
import { type Html, renderPage } from "./page.ts";
import { renderPlayer } from "./file.ts";
import { renderTargets } from "./targets.ts";
import { renderTranscript } from "./transcript.ts";
import { type Words, visible } from "./words.ts";

export interface OpenCase extends Row {
  log: readonly LogEntry[];
  deliveries: readonly Passage[];
  unreachable: Conversation["unreachable"];
  /** What is to be done, to go on from here. */
  queue: readonly Row[];
  desk: Desk;
  /** What a correction says, of those in the log. */
  correction: (event: FlowEvent) => string | undefined;
  /** How many cases wait for the shop. */
  toDo: number;
}

export function renderCase(words: Words, shown: OpenCase): Html {
  const { entry, description, log, deliveries, unreachable, queue, desk } = shown;
  const isDeciding = desk.outcome?.sent === "preview" || desk.outcome?.sent === "decided";
  const address = caseAddress(entry.number);
  const body = html`<section class="pane queue-pane" aria-labelledby="queue" tabindex="0">
      <h2 id="queue"><a href="/console">${words.say("cases.title")}</a></h2>
      <div id="queue-list" data-live>${renderQueue(words, queue, entry.number)}</div>
    </section>
    <header class="case-head">
      <p class="back"><a href="/console">${words.say("case.back")}</a></p>
      <h1><span class="number">${entry.number}</span> <bdi>${description.topic}</bdi></h1>
      <p class="marks" id="marks" data-live>
        ${renderMarks(words, entry)}
        <span
          >${words.say("case.speaks", { language: words.say(`language.${entry.language}`) })} ·
          ${words.say("case.opened", { moment: words.moment(entry.openedAt) })} ·
          ${renderAgo(words, entry.openedAt)}</span
        >
        ${renderTargets(words, entry)}
      </p>
      ${
        unreachable &&
        html`<p class="trouble">
          ${words.say("unreachable.since", { moment: words.moment(unreachable.at) })}
          ${words.say(`unreachable.${unreachable.reason}`)}
        </p>`
      }
      <div class="thread" id="thread" data-live>${renderOwner(words, desk)}</div>
      <div id="refused">${!isDeciding && renderRefusal(words, desk)}</div>
      <nav class="jumps" aria-label="${words.say("case.parts")}">
        <a href="#case">${words.say("case.title")}</a
        ><a href="#conversation">${words.say("case.conversation")}</a>
      </nav>
    </header>
    <section class="pane conversation-pane" aria-labelledby="conversation" tabindex="0">
      <h2 id="conversation">${words.say("case.conversation")}</h2>
      <div id="talk" data-live>
        ${renderTranscript(words, { log, deliveries, customerLanguage: entry.language, address, correction: shown.correction, desk })}
      </div>
      <div class="composer">${renderComposer(words, desk)}</div>
    </section>
    <section class="pane case-pane" aria-labelledby="case" tabindex="0">
      <h2 id="case" class="unseen">${words.say("case.title")}</h2>
      <div id="proposal" data-live>${renderProposal(words, desk)}</div>
      <div id="decided" data-live>
        ${
          entry.decision &&
          html`<p
            class="made tone-${entry.decision.outcome === "noRefund" ? "informative" : "positive"}"
          >
            ${words.say("decide.made", {
              outcome: words.say(`outcome.${entry.decision.outcome}`),
              name: entry.decision.by.name,
              moment: words.moment(entry.decision.at),
            })}
          </p>`
        }
        ${
          entry.satisfaction &&
          html`<p class="quiet">
            ${words.say("satisfaction.said", { said: words.say(`satisfaction.${entry.satisfaction}`) })}
          </p>`
        }
      </div>
      <div id="deciding" data-live>${renderDecision(words, desk)}</div>
      <div id="assessed" data-live>${renderAssessment(description.assessment)}</div>
      <h3>${words.say("case.facts")}</h3>
      <dl class="facts correctable" id="facts" data-live>
        ${description.facts.map(
          (fact) =>
            html`<div>
              <dt>${fact.label}</dt>
              <dd><bdi>${visible(fact.value)}</bdi> ${renderCorrection(words, desk, fact)}</dd>
            </div>`,
        )}
      </dl>
      <div id="evidence" class="given" data-live>
        ${
          description.notes.length > 0 &&
          html`<h3>${words.say("case.notes")}</h3>
            <ul class="notes">
              ${description.notes.map((note) => html`<li><bdi>${note}</bdi></li>`)}
            </ul>`
        }
        <h3>${words.say("case.evidence")}</h3>
        ${
          description.evidence.length > 0
            ? html`<ul class="evidence">
                ${description.evidence.map((file) => renderEvidence(words, file, address))}
              </ul>`
            : html`<p class="quiet">${words.say("case.noEvidence")}</p>`
        }
      </div>
      <h3>${words.say("case.versions")}</h3>
      <p class="quiet versions">${description.versions}</p>
      <p><a href="${pathAddress(entry.number)}">${words.say("path.open")}</a></p>
    </section>`;
  return renderPage(words, {
    title: `${entry.number} ${description.topic}`,
    layout: "panes",
    body,
    live: entry.number,
    toDo: shown.toDo,
  });
}

function renderAssessment(block: AssessmentBlock): Html {
  return html`<article class="assessment tone-${block.tone}">
    <h3>${block.heading}</h3>
    <p class="summary"><bdi>${block.summary}</bdi></p>
    ${block.paragraphs.map((paragraph) => html`<p><bdi>${paragraph}</bdi></p>`)}
    ${
      block.figures.length > 0 &&
      html`<dl class="facts">
        ${block.figures.map(
          ({ label, value }) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>`
    }
    <h4>${block.whyLabel}</h4>
    <ul class="clauses">
      ${block.clauses.map(
        (clause) =>
          html`<li>
            <details>
              <summary><span class="clause">${clause.id}</span> ${clause.title}</summary>
              <p>
                ${clause.explanation}
                <a href="${clause.url}" target="_blank" rel="noopener noreferrer"
                  >${block.policyLabel}</a
                >
              </p>
            </details>
          </li>`,
      )}
    </ul>
    <h4>${block.nextLabel}</h4>
    <ol class="steps">
      ${block.steps.map((step) => html`<li class="${step.state}" ${step.state === "current" && html` aria-current="step"`}>${step.label}</li>`)}
    </ol>
    <p class="quiet">${block.preliminary}</p>
  </article>`;
}

function renderEvidence(words: Words, file: Evidence, address: string): Html {
  const at = `${address}/evidence/${encodeURIComponent(file.id)}`;
  const name = visible(file.name);
  return html`<li>
    ${
      file.view
        ? html`<a class="picture" href="${at}/view"
            ><img
              src="${at}/view"
              alt="${words.say("case.enlarge", { name })}"
              width="${file.view.widthPx}"
              height="${file.view.heightPx}"
              loading="lazy"
          /></a>`
        : isAudio(file)
          ? renderPlayer(words, file, at)
          : html`<span class="picture document" aria-hidden="true">PDF</span>`
    }
    <p>
      <bdi class="name">${name}</bdi><br />
      <span class="quiet"
        >${endingOf(file.type).toUpperCase()} · ${words.size(file.sizeBytes)} ·
        <a href="${at}/original" aria-label="${words.say("case.downloadOf", { name })}" download
          >${words.say("case.download")}</a
        ></span
      >
    </p>
    <details class="quiet">
      <summary>SHA-256</summary>
      <code>${file.sha256}</code>
    </details>
  </li>`;
}
