import { type DecisionDraft, type DecisionOutcome, decisionOutcomes } from "../../../core/act.ts";
import { amountIn } from "../../../core/amount.ts";
import type { Case } from "../../../core/case.ts";
import { type Span, spansOf } from "../../../core/message.ts";
import type { Refused } from "../../../ports/desk.ts";
import {
  type Bench,
  carryOut,
  deny,
  type Doer,
  foresee,
  messageId,
  refusalText,
  refuse,
} from "./bench.ts";
import { button, link } from "./controls.ts";
import { threadOf } from "./group.ts";
import type { Kept } from "./kept.ts";
import { cardMark, type NotedCard } from "./topics.ts";

type KeptDecision = Extract<Kept, { type: "decision" }>;

/** Why nothing came of it; undefined where something did. */
type Ending = Refused | "lapsed" | undefined;

const withMoney: ReadonlySet<DecisionOutcome> = new Set(["fullRefund", "partialRefund"]);

/** A decision on its way: the result, what the customer would read, and then it is made. */
export function createDecisions(bench: Bench) {
  const { work, keeping, voice, texts, now } = bench;

  return { begin, choose, settle, drop, ask, take };

  /** Asks for the result; the suggested one stands first. */
  async function begin(doer: Doer): Promise<Refused | undefined> {
    const entry = await caseOf(doer);
    const draft = entry && work.hand.draft(entry);
    const refused = await mayDecide(doer, entry, draft);
    if (refused || !entry || !draft) return refused;
    const { topic } = doer;
    const others = decisionOutcomes.filter((outcome) => outcome !== draft.outcome);
    const outcomes = [draft.outcome, ...others].map((outcome, index) =>
      button(`${index === 0 ? "★ " : ""}${texts.text(`console:outcome.${outcome}`)}`, {
        topic,
        verb: "outcome",
        about: `${outcome}-${entry.factsRevision}`,
      }),
    );
    const spans = [{ text: texts.text("telegram:desk.whichResult") }];
    voice.say({
      topic,
      spans,
      keyboard: [...outcomes.map((one) => [one]), [cancel(doer, "menu")]],
    });
    return undefined;
  }

  /** Whether it would be taken, apart from what is still to be said. */
  async function mayDecide(
    doer: Doer,
    entry: Case | undefined,
    draft: DecisionDraft | undefined,
  ): Promise<Refused | undefined> {
    const whole: DecisionDraft = {
      ...(draft ?? { clauses: [] }),
      outcome: "otherRemedy",
      reasons: draft?.reasons || "0",
    };
    const seen = entry?.factsRevision ?? 0;
    const foreseen = await foresee(bench, doer, { type: "decided", decision: whole, seen });
    return "reason" in foreseen ? foreseen : undefined;
  }

  /** `about` is the result and the revision of the facts that it rests on; `menu` the message that was pressed. */
  async function choose(doer: Doer, about: string, menu: number): Promise<Ending> {
    const [chosen, revision] = about.split("-");
    const outcome = decisionOutcomes.find((one) => one === chosen);
    const entry = await caseOf(doer);
    if (!outcome || !entry) return "lapsed";
    const suggested = work.hand.draft(entry);
    const refused = await mayDecide(doer, entry, suggested);
    if (refused) return refused;
    if (Number(revision) !== entry.factsRevision) return { reason: "factsChanged" };
    const { amountMinor, ...rest } = suggested;
    const draft: DecisionDraft = {
      ...rest,
      outcome,
      ...(outcome === suggested.outcome && amountMinor !== undefined && { amountMinor }),
    };
    const by = doer.by.userId;
    const seen = entry.factsRevision;
    await show(doer, entry, menu, { type: "decision", by, at: now(), draft, seen, version: 0 });
    voice.erase(menu);
    return undefined;
  }

  /** Shows what the customer would read, or what is missing; `menu` is the number it is found by. */
  async function show(doer: Doer, entry: Case, menu: number, before: KeptDecision): Promise<void> {
    const { preview: old, ...rest } = before;
    const kept: KeptDecision = { ...rest, version: before.version + 1 };
    const id = messageId(bench, menu);
    await keeping.write(id, kept);
    const { spans, keyboard } = await looksOf(doer, entry, menu, kept);
    voice.say({
      topic: doer.topic,
      spans,
      keyboard,
      said: async (preview) => {
        const last = await keeping.read("decision", id);
        if (last?.version === kept.version) await keeping.write(id, { ...kept, preview });
      },
    });
    if (old !== undefined) voice.erase(old);
  }

  async function looksOf(doer: Doer, entry: Case, menu: number, { draft, version }: KeptDecision) {
    const { topic } = doer;
    const author = await work.hand.agentOf("telegram", doer.by.userId);
    const by = author ?? { id: doer.by.userId, name: doer.by.name, role: "agent" as const };
    const seen = work.hand.preview(entry, draft, by);
    const about = `${menu}-${version}`;
    const change = (verb: "reasons" | "amount") =>
      button(texts.text(`telegram:desk.change.${verb}`), { topic, verb, about });
    const changes = [
      change("reasons"),
      ...(withMoney.has(draft.outcome) ? [change("amount")] : []),
    ];
    const last = [cancel(doer, `d${about}`), ...(await consoleLink(doer))];
    if ("refused" in seen) {
      const words = { text: refusalText(seen.refused, texts) };
      return { spans: [words], keyboard: [changes, last] };
    }
    const language = texts.text(`console:language.${entry.language}`);
    const send = texts.text(`console:decide.${seen.needsSecond ? "propose" : "send"}`, {
      language,
    });
    const spans: Span[] = [
      { text: `${texts.text("console:decide.previewTitle")}\n\n`, as: "label" },
      ...spansOf(seen.message),
      ...(seen.needsSecond
        ? [{ text: `\n\n⚠ ${texts.text("console:decide.needsSecond")}`, as: "label" as const }]
        : []),
    ];
    return { spans, keyboard: [[button(send, { topic, verb: "settle", about })], changes, last] };
  }

  function cancel({ topic }: Doer, about: string) {
    return button(texts.text("telegram:desk.cancel"), { topic, verb: "discard", about });
  }

  /** More can be changed there. */
  async function consoleLink({ topic }: Doer) {
    const noted = await bench.store.readMark(cardMark(threadOf(bench.where.chatId, topic)));
    if (noted === undefined) return [];
    return link(texts.text("desk:button.console"), (JSON.parse(noted) as NotedCard).url);
  }

  async function settle(doer: Doer, about: string): Promise<Ending> {
    const found = await begun(doer, about);
    if ("ending" in found) return found.ending;
    const { id, draft, seen, preview } = found;
    const content = { type: "decided" as const, decision: draft, seen };
    const refused = await carryOut(bench, doer, `decided:${id}`, content);
    // With other facts it is another decision.
    if (refused && refused.reason !== "factsChanged") return refused;
    await keeping.forget("decision", id);
    if (preview !== undefined) voice.erase(preview);
    return refused;
  }

  async function drop(doer: Doer, about: string, pressed: number): Promise<Ending> {
    const found = await begun(doer, about);
    if ("ending" in found) return found.ending;
    await keeping.forget("decision", found.id);
    voice.erase(pressed);
    return undefined;
  }

  /** Asks for other reasons or another amount. */
  async function ask(doer: Doer, about: string, wants: "reasons" | "amount"): Promise<Ending> {
    const found = await begun(doer, about);
    if ("ending" in found) return found.ending;
    const { by, topic } = doer;
    const { currency = "" } = found.draft;
    const entry = await caseOf(doer);
    const language = texts.text(`console:language.${entry?.language ?? texts.language}`);
    const values = { name: by.name, currency, language };
    voice.say({
      topic,
      asks: by,
      spans: [{ text: texts.text(`telegram:desk.prompt.${wants}`, values) }],
      said: (prompt) =>
        keeping.write(messageId(bench, prompt), {
          type: "prompt",
          by: by.userId,
          at: now(),
          wants,
          of: String(found.menu),
        }),
    });
    return undefined;
  }

  /** What the agent answered to that. */
  async function take(
    doer: Doer,
    menu: number,
    { wants, text, answer }: { wants: "reasons" | "amount"; text: string; answer: number },
  ): Promise<void> {
    const kept = await keeping.read("decision", messageId(bench, menu));
    const entry = await caseOf(doer);
    if (!kept || !entry || kept.by !== doer.by.userId) return lapsed(doer, answer);
    const { draft } = kept;
    const amountMinor = wants === "amount" ? amountIn(text, draft.currency ?? "EUR") : undefined;
    if (wants === "amount" && amountMinor === undefined)
      return refuse(bench, doer, answer, { reason: "amountMissing" });
    const changed = amountMinor === undefined ? { reasons: text } : { amountMinor };
    await show(doer, entry, menu, { ...kept, draft: { ...draft, ...changed } });
  }

  function lapsed({ topic }: Doer, answers: number): void {
    voice.say({ topic, answers, spans: [{ text: texts.text("telegram:desk.lapsed") }] });
  }

  async function begun(
    doer: Doer,
    about: string,
  ): Promise<{ ending: Ending } | (KeptDecision & { id: string; menu: number })> {
    const [menu, version] = about.split("-");
    const id = messageId(bench, Number(menu));
    const kept = await keeping.read("decision", id);
    if (!kept || kept.version !== Number(version)) return { ending: "lapsed" };
    if (kept.by === doer.by.userId) return { id, menu: Number(menu), ...kept };
    const content = { type: "decided" as const, decision: kept.draft, seen: kept.seen };
    return { ending: await deny(bench, doer, content, "notTheirs") };
  }

  function caseOf({ topic }: Doer): Promise<Case | undefined> {
    return work.hand.caseIn("telegram", threadOf(bench.where.chatId, topic));
  }
}

export type Decisions = ReturnType<typeof createDecisions>;
