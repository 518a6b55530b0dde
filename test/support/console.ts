import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { type ConsoleOptions, createConsole } from "../../src/adapters/console/console.ts";
import { createSoleOwner } from "../../src/adapters/files/agents.ts";
import { openFileEvidence } from "../../src/adapters/files/evidence.ts";
import { loadTexts } from "../../src/adapters/i18next/texts.ts";
import { systemClock } from "../../src/adapters/node/clock.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import type { Case, CaseDescription } from "../../src/core/case.ts";
import {
  channelNames,
  type Conversation,
  type LogBody,
  type Said,
} from "../../src/core/conversation.ts";
import type { Evidence, EvidenceType } from "../../src/core/evidence.ts";
import { refund } from "./shop.ts";
import type { Texts } from "../../src/core/texts.ts";

const locales = fileURLToPath(new URL("../../locales", import.meta.url));

/** Two of the pictures as they are committed. */
const pictures = ["whole", "drop"].map((id) => ({
  id,
  title: (texts: Texts) => texts.text(id === "whole" ? "console:chart.whole" : `bot:topic.${id}`),
  svg: readFileSync(new URL(`../../docs/charts/${id}.svg`, import.meta.url), "utf8"),
}));

/** The console on a store in memory; a case's record is its description itself. */
export async function openConsole(
  startedAt: number,
  given: Partial<Pick<ConsoleOptions, "agents" | "provider">> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "ombud-console-"));
  const store = openSqliteStore(":memory:");
  const evidence = openFileEvidence(folder);
  const clock = { ...systemClock, at: startedAt, now: () => clock.at };
  const opened = createConsole({
    store,
    evidence,
    texts: await loadTexts(locales),
    clock,
    agents: createSoleOwner("Viplikes"),
    publicUrl: () => "http://localhost",
    addressOf: () => "192.0.2.1",
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...given,
    language: "fr",
    timeZone: "Europe/Paris",
    act: async () => "committed",
    keepEvidence: async () => ({ refused: "noRoom" }),
    flow: {
      ...refund,
      describe: (record) => record as CaseDescription,
      draftDecision: () => ({
        outcome: "partialRefund",
        amountMinor: 1196,
        currency: "EUR",
        clauses: ["5.5"],
        reasons: "…",
      }),
    },
    topics: (texts) => [{ id: "drop", title: texts.text("bot:topic.drop") }],
    charts: { flow: "refund", pictures },
  });
  const app = new Hono().route("/console", opened.app);

  return {
    app,
    clock,
    store,
    evidence,
    enterPath: () => opened.enterPath(),
    /** As the store knows the session of this cookie. */
    hashOf: (cookie: string) =>
      createHash("sha256")
        .update(cookie.split("=")[1] ?? "")
        .digest("base64url"),
    /** The cookie of a new session. */
    async enter(): Promise<string> {
      const answer = await app.request(await opened.enterPath());
      return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    },
    /** Commits a conversation with this case and this log. */
    async saveCase(
      changes: Partial<Case> & { number: string },
      log: readonly LogBody[] = [],
      conversation: Partial<Conversation> = {},
    ): Promise<void> {
      const entry: Case = {
        conversationId: `conversation-of-${changes.number}`,
        channel: "web",
        language: "fr",
        openedAt: clock.at,
        updatedAt: clock.at,
        status: "open",
        waitsFor: "shop",
        waitingSince: clock.at,
        factsRevision: 1,
        urgent: false,
        topic: "drop",
        kind: "partialRefund",
        record: describedCase(),
        ...changes,
      };
      const { conversationId: id, channel, language } = entry;
      await store.commit({
        conversation: {
          id,
          channel,
          language,
          revision: 1,
          flow: "refund",
          flowVersion: 1,
          snapshot: { value: "", context: {} },
          standing: "caseOpen.ready",
          resting: false,
          promptedRevision: 1,
          ...conversation,
        },
        handled: `start-${entry.number}`,
        at: entry.openedAt,
        log,
        timers: [],
        cases: [entry],
      });
    },
    /** Commits a conversation without a case. */
    async saveConversation(id: string, log: readonly LogBody[]): Promise<void> {
      await store.commit({
        conversation: {
          id,
          channel: "web",
          language: "fr",
          revision: 1,
          flow: "refund",
          flowVersion: 1,
          snapshot: { value: "", context: {} },
          standing: "choosingTopic",
          resting: false,
          promptedRevision: 1,
        },
        handled: id,
        at: clock.at,
        log,
        timers: [],
        cases: [],
      });
    },
    /** Ends the oldest reply that waits in a conversation, now. */
    async end(
      conversationId: string,
      ending:
        | { outcome: "failed"; reason: string }
        | { outcome: "sent"; repeated?: boolean; receipt?: string },
    ): Promise<void> {
      for (const channel of channelNames) {
        const query = { channel, now: Number.MAX_SAFE_INTEGER, leaseMs: 0, limit: 1000 };
        const replies = await store.lease(query);
        const reply = replies.find((one) => one.conversationId === conversationId);
        if (reply) await store.settle([{ id: reply.id, at: clock.at, ...ending }]);
      }
    },
    /** Commits so many conversations that stand there. */
    async stand(standing: string, count: number, resting = false): Promise<void> {
      for (let index = 0; index < count; index++) {
        const id = `${standing}-${resting}-${index}`;
        await store.commit({
          conversation: {
            id,
            channel: "web",
            language: "fr",
            revision: 1,
            flow: "refund",
            flowVersion: 1,
            snapshot: { value: "", context: {} },
            standing,
            resting,
            promptedRevision: 1,
          },
          handled: id,
          at: clock.at,
          log: [],
          timers: [],
          cases: [],
        });
      }
    },
    async close(): Promise<void> {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function describedCase(changes: Partial<CaseDescription> = {}): CaseDescription {
  return {
    topic: "Mes abonnés ont baissé",
    outcome: "Remboursement partiel",
    facts: [{ label: "Numéro de commande", value: "48213" }],
    assessment: {
      type: "assessment",
      tone: "positive",
      heading: "Évaluation préliminaire",
      summary: "Un remboursement partiel d’environ 11,96\u00a0€ est possible.",
      paragraphs: [],
      figures: [],
      whyLabel: "Pourquoi",
      clauses: [
        {
          id: "5.5",
          title: "Garantie de 30 jours",
          explanation: "Une baisse est couverte.",
          url: "https://viplikes.net/refund-policy",
        },
      ],
      policyLabel: "Lire les conditions",
      nextLabel: "Et maintenant",
      steps: [{ label: "Reçu", state: "done" }],
      preliminary: "Une personne vérifie avant toute décision.",
    },
    versions: "drop.refund · policy 2025-10-02 · flow 1",
    evidence: [],
    notes: [],
    ...changes,
  };
}

export function evidenceOf(
  id: string,
  bytes: Uint8Array,
  type: EvidenceType,
  name: string,
  view?: Evidence["view"],
): Evidence {
  return {
    id,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    type,
    sizeBytes: bytes.length,
    name,
    ...(view && { view }),
  };
}

export function customerSaid(key: string, at: number, said: Said): LogBody {
  return {
    type: "event",
    event: { type: "answered", at, dice: "00000000" },
    by: "customer",
    key,
    said,
  };
}

export const botSaid = (id: string, text: string): LogBody => ({
  type: "message",
  id,
  message: { language: "fr", blocks: [{ type: "text", text }], choices: [] },
});
