import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileEvidence } from "../../../src/adapters/files/evidence.ts";
import { openHttp } from "../../../src/adapters/http/server.ts";
import { systemClock } from "../../../src/adapters/node/clock.ts";
import { createSharpInspector } from "../../../src/adapters/sharp/inspector.ts";
import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { createWebChat } from "../../../src/adapters/web/channel.ts";
import { createSeal } from "../../../src/adapters/web/seals.ts";
import type { PageEntry } from "../../../src/adapters/web/outbound.ts";
import { createKeepEvidence } from "../../../src/app/keep-evidence.ts";
import { createReceiver } from "../../../src/app/receive.ts";
import { createEvidenceSweep } from "../../../src/app/sweep-evidence.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import { library, quiet, refund } from "../../support/shop.ts";

export const maxEvidenceBytes = 200_000;

/** The live chat on a free port with the real store, flow and pictures. */
export async function openWebChat({ publicUrl }: { publicUrl?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "ombud-web-"));
  const store = openSqliteStore(":memory:");
  const evidence = openFileEvidence(folder);
  const inspector = createSharpInspector();
  const clock = { ...systemClock, at: undefined as number | undefined };
  const held = { ...systemClock, now: () => clock.at ?? Date.now() };
  const receiver = createReceiver({
    log: quiet,
    flow: refund,
    store,
    texts: library,
    clock: held,
    defaultLanguage: "en",
    committed: () => {},
  });
  const faults = { storeIsDown: false };
  const logged: unknown[] = [];
  const note = (facts: unknown) => void logged.push(facts);
  const web = createWebChat({
    receive: (inbound) => {
      if (faults.storeIsDown) throw new StoreUnavailable("commit");
      return receiver.receive(inbound);
    },
    store,
    evidence,
    keepEvidence: createKeepEvidence({
      inspector,
      evidence,
      clock: held,
      maxBytes: maxEvidenceBytes,
    }),
    texts: library,
    clock: held,
    log: { info: note, warn: note, error: note },
    shop: {
      name: "Viplikes",
      supportEmail: "support@viplikes.net",
      policyUrl: "https://viplikes.net/refund-policy",
      privacyUrl: "https://viplikes.net/privacy-policy",
      accent: "#1f5f8b",
    },
    defaultLanguage: "en",
    publicUrl: () => publicUrl ?? http.url,
    maxEvidenceBytes,
  });
  const listen = (port: number) =>
    openHttp({
      host: "127.0.0.1",
      port,
      apps: [{ path: "/", app: web.app }],
      healthy: async () => !faults.storeIsDown,
    });
  let http = await listen(0);
  return {
    url: http.url,
    clock,
    sweep: createEvidenceSweep({ store, evidence, clock: held }),
    /** The private link to a conversation. */
    async wayBack(conversationId: string) {
      const seal = createSeal(await store.secret("web-return"));
      return `${http.url}/return/${seal.stamp(conversationId)}`;
    },
    faults,
    logged,
    store,
    receiver,
    web,
    port: http.port,
    /** Nothing listens while this runs. */
    async outage(work: () => Promise<unknown>) {
      web.close();
      await http.close();
      await work();
      http = await listen(http.port);
    },
    async close() {
      web.close();
      await http.close();
      await inspector.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A browser as far as HTTP goes: its cookie, and where its requests come from. */
export function openVisitor(url: string, cookie = "") {
  const visitor = {
    cookie,
    /** What the cookie names. */
    conversationId: () => visitor.cookie.split(/[=.]/u)[1] ?? "",
    async get(path: string, headers: Record<string, string> = {}, signal?: AbortSignal) {
      return fetch(`${url}${path}`, {
        headers: { cookie: visitor.cookie, ...headers },
        redirect: "manual",
        ...(signal && { signal }),
      });
    },
    async post(path: string, body: unknown, headers: Record<string, string> = {}) {
      const answer = await fetch(`${url}${path}`, {
        method: "POST",
        redirect: "manual",
        body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
        headers: {
          "content-type":
            body instanceof Uint8Array ? "application/octet-stream" : "application/json",
          "sec-fetch-site": "same-origin",
          cookie: visitor.cookie,
          ...headers,
        },
      });
      visitor.cookie = cookieOf(answer) ?? visitor.cookie;
      return answer;
    },
    async start(language = "en") {
      const answer = await visitor.post("/chat/start", { language });
      return (await answer.json()) as { thread: string; entries: PageEntry[]; last: number };
    },
    say: (text: string, id: string = crypto.randomUUID()) =>
      visitor.post("/chat/messages", { id, text }),
    async log(after = 0) {
      const answer = await visitor.get(`/chat/log?after=${after}`);
      return (await answer.json()) as { entries: PageEntry[]; last: number };
    },
    async saidByMe() {
      const { entries } = await visitor.log();
      return entries.flatMap((entry) => (entry.from === "customer" ? (entry.text ?? []) : []));
    },
  };
  return visitor;
}

export const cookieOf = (answer: Response): string | undefined =>
  answer.headers.getSetCookie()[0]?.split(";")[0];

/** The events of a stream, one after another; leaving the loop hangs up. */
export async function* eventsOf(
  answer: Response,
): AsyncGenerator<{ event: string; id: string; data: string }> {
  const decoder = new TextDecoder();
  let held = "";
  for await (const chunk of answer.body ?? []) {
    held += decoder.decode(chunk as Uint8Array, { stream: true });
    const parts = held.split("\n\n");
    held = parts.pop() ?? "";
    for (const part of parts) {
      const field = (name: string) =>
        part
          .split("\n")
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2) ?? "";
      yield { event: field("event") || "message", id: field("id"), data: field("data") };
    }
  }
}
