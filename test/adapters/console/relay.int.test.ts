import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Console, createConsole } from "../../../src/adapters/console/console.ts";
import { createSoleOwner } from "../../../src/adapters/files/agents.ts";
import { openFileEvidence } from "../../../src/adapters/files/evidence.ts";
import { systemClock } from "../../../src/adapters/node/clock.ts";
import { createSharpInspector } from "../../../src/adapters/sharp/inspector.ts";
import { createKeepEvidence } from "../../../src/app/keep-evidence.ts";
import { filesIn, type Message, plainText } from "../../../src/core/message.ts";
import type { Inspector } from "../../../src/ports/evidence.ts";
import { library, openChat, quiet, refund } from "../../support/shop.ts";
import { opus, pdf } from "../sharp/corpus.ts";

const screenshot = readFileSync(new URL("../../fixtures/files/screenshot.png", import.meta.url));

let folder: string;
let inspector: Inspector;
let chat: ReturnType<typeof openChat>;
let desk: Console;
let app: Hono;
let cookie = "";
let number = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-relay-"));
  inspector = createSharpInspector({ answerWithinMs: 30_000 });
  chat = openChat("sv");
  await chat.send({ type: "started" });
  await chat.press("topic:drop");
  await chat.type("en människa");
  number = (await chat.store.listCases({ limit: 1 }))[0]?.number ?? "";
  const evidence = openFileEvidence(folder);
  const keepEvidence = createKeepEvidence({ inspector, evidence, clock: systemClock });
  desk = createConsole({
    store: chat.store,
    evidence,
    keepEvidence,
    texts: library,
    clock: chat.clock,
    language: "en",
    timeZone: "Europe/Paris",
    agents: createSoleOwner("Viplikes"),
    log: quiet,
    addressOf: () => "192.0.2.1",
    act: chat.receiver.act,
    flow: refund,
    topics: () => [],
    publicUrl: () => "https://chat.example",
    charts: { flow: "refund", pictures: [] },
  });
  app = new Hono().route("/console", desk.app);
  const answer = await app.request(await desk.enterPath());
  cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  await post("taken");
});
afterEach(async () => {
  desk.close();
  await chat.close();
  await inspector.close();
  rmSync(folder, { recursive: true });
});

const headers = () => ({
  cookie,
  "accept-language": "en",
  "sec-fetch-site": "same-origin",
});
const get = (path = "") => app.request(`/console/cases/${number}${path}`, { headers: headers() });
const page = async (path?: string) => (await get(path)).text();

let count = 0;
async function post(
  act: string,
  fields: Record<string, string> = {},
  files: readonly File[] = [],
): Promise<{ status: number; text: string }> {
  const body = new FormData();
  body.set("key", `key-of-a-test-${String(++count).padStart(4, "0")}`);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  // What a browser sends for an input that was left alone.
  for (const file of files.length > 0 ? files : [new File([], "")]) body.append("files", file);
  const answer = await app.request(`/console/cases/${number}/${act}`, {
    method: "POST",
    headers: headers(),
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

const messages = async (): Promise<{ id: string; message: Message }[]> =>
  (await chat.store.readLog(chat.conversationId, 0, 1000)).flatMap(({ body }) =>
    body.type === "message" ? [body] : [],
  );
const lastId = async () => (await messages()).at(-1)?.id ?? "";
const picture = new File([screenshot], "shot <b>.png", { type: "text/html" });

describe("an agent's files", () => {
  it("are told by their content, kept, sent and shown", async () => {
    const files = [picture, new File([pdf], "bill.pdf"), new File([opus], "memo.ogg")];
    expect((await post("said", { text: "Se här" }, files)).status).toBe(303);
    const sent = (await messages()).slice(-3).map(({ message }) => filesIn(message)[0]);
    expect(sent.map((file) => file?.type)).toEqual(["image/png", "application/pdf", "audio/ogg"]);
    const text = await page();
    expect(text).toContain("shot &lt;b&gt;.png");
    expect(text).not.toContain("shot <b>");
    const [image, , memo] = sent;
    expect(text).toContain(`/evidence/${image?.id}/view`);
    expect(text).toMatch(new RegExp(`<audio[^>]*src="[^"]*/evidence/${memo?.id}/original"`, "u"));
    const view = await get(`/evidence/${image?.id}/view`);
    expect(view.headers.get("content-type")).toBe("image/webp");
    const sound = await get(`/evidence/${memo?.id}/original`);
    expect(sound.headers.get("content-type")).toBe("audio/ogg");
    expect(sound.headers.get("content-disposition")).toMatch(/^attachment; .*\.ogg"$/u);
    expect(sound.headers.get("content-security-policy")).toContain("media-src 'self'");
  });

  it("that are not taken keep all back, and what was typed stays", async () => {
    const before = await messages();
    const files = [picture, new File(["MZ"], "virus.exe")];
    const { status, text } = await post("said", { text: "Se <här>" }, files);
    expect(status).toBe(409);
    expect(text).toContain("Nothing was sent, because of “virus.exe”");
    expect(text).toContain("format not accepted");
    expect(text).toContain("Se &lt;här&gt;</textarea");
    expect(await messages()).toEqual(before);
  });

  it("are not read from a stranger, nor beyond the limit, nor with another form", async () => {
    const send = (act: string, sent: Record<string, string>, bytes: number) =>
      app.request(`/console/cases/${number}/${act}`, {
        method: "POST",
        headers: { ...sent, "content-type": "multipart/form-data; boundary=x" },
        body: new Uint8Array(bytes),
      });
    expect((await send("said", { "sec-fetch-site": "same-origin" }, 1000)).status).toBe(401);
    expect(
      (await send("said", { ...headers(), "sec-fetch-site": "cross-site" }, 1000)).status,
    ).toBe(403);
    expect((await send("said", headers(), 50_100_000)).status).toBe(413);
    expect((await send("noted", headers(), 100_000)).status).toBe(413);
  });
});

describe("an agent's own message", () => {
  it("says whether it is on its way, delivered, or not", async () => {
    const deliver = async (outcome: "sent" | "failed") => {
      const query = { channel: "web", now: chat.clock.now(), leaseMs: 1000, limit: 10 } as const;
      for (
        let [reply] = await chat.store.lease(query);
        reply;
        [reply] = await chat.store.lease(query)
      )
        await chat.store.settle([
          { id: reply.id, outcome, at: chat.clock.now(), reason: "tooLong" },
        ]);
    };
    await deliver("sent");
    await post("said", { text: "Hej" });
    expect(await page()).toMatch(/<bdi>Hej<\/bdi>[\s\S]*On its way/u);
    await deliver("sent");
    expect(await page()).toMatch(/<bdi>Hej<\/bdi>[\s\S]*Delivered/u);
    await post("reworded", { message: await lastId(), text: "Hej då" });
    expect(await page()).toMatch(/<li class="turn act"[\s\S]*On its way/u);
    await deliver("failed");
    expect(await page()).toMatch(/<li class="turn act"[\s\S]*Not delivered[\s\S]*too long/u);
  });

  it("can be reworded and withdrawn on the page, which shows what it was", async () => {
    await post("said", { text: "Imorgn <i>" });
    const message = await lastId();
    expect(await page()).toContain(`name="message" value="${message}"`);
    expect((await post("reworded", { message, text: "Imorgon" })).status).toBe(303);
    const reworded = await page();
    expect(reworded).toMatch(/<details class="earlier"[\s\S]*Imorgn &lt;i&gt;/u);
    expect(reworded.match(/<bdi>Imorgon<\/bdi>/gu)).toHaveLength(1);
    expect((await post("withdrawn", { message })).status).toBe(303);
    const withdrawn = await page();
    expect(withdrawn).toContain("Withdrawn: the customer no longer sees it");
    expect(withdrawn).not.toContain(`name="message" value="${message}"`);
    const refused = await post("reworded", { message, text: "Nej" });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("Only your own messages can be changed");
  });

  it("offers nothing on the bot's", async () => {
    const [first] = await messages();
    expect(await page()).not.toContain(`name="message" value="${first?.id}"`);
    expect((await post("withdrawn", { message: first?.id ?? "" })).status).toBe(409);
  });
});

describe("a customer's message", () => {
  it("can be answered, with its beginning", async () => {
    await chat.type("Var är <b>fakturan?", "the-question");
    const [, seq] =
      /\?answers=(\d+)#answer/u.exec((await page()).split("fakturan?")[1] ?? "") ?? [];
    const asked = await page(`?answers=${seq}`);
    expect(asked).toContain('name="answers" value="the-question"');
    await post("said", { text: "Här", answers: "the-question" });
    const { message } = (await messages()).at(-1) ?? {};
    expect(message && plainText(message)).toContain("Här");
    expect(message?.quote).toBe("Var är <b>fakturan?");
    expect(await page()).not.toContain("<b>fakturan");
  });

  it("that was edited shows the newest words with the earlier ones; deleted, that it was", async () => {
    await chat.type("48213", "order");
    await chat.send({ type: "edited", of: "order", text: "48214" });
    const edited = await page();
    expect(edited).toMatch(/<bdi>48214<\/bdi>[\s\S]*class="earlier"[\s\S]*48213/u);
    await chat.send({ type: "deleted", of: "order" });
    const deleted = await page();
    expect(deleted).toContain("Deleted by the customer");
    expect(deleted).toContain("The customer deleted a message");
    expect(deleted).toMatch(/class="gone"[^>]*><bdi>48214/u);
  });
});
