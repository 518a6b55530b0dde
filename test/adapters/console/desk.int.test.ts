import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Console, createConsole } from "../../../src/adapters/console/console.ts";
import type { Agent } from "../../../src/core/agent.ts";
import { plainText } from "../../../src/core/message.ts";
import type { AgentDirectory } from "../../../src/ports/agents.ts";
import { readPictures } from "../../support/pictures.ts";
import { library, openChat, quiet, refund } from "../../support/shop.ts";

const lead: Agent = { id: "lea", name: "Léa <b>", role: "lead" };
let chat: ReturnType<typeof openChat>;
let desk: Console;
let app: Hono;
let cookie = "";
let number = "";
let agent: Agent;

/** Nobody else works here; it is also whom the link of the start lets in. */
const soleAgent = (who: Agent): AgentDirectory => ({
  byId: async (id) => (id === who.id ? who : undefined),
  byWeb: async () => undefined,
  byTelegram: async () => undefined,
  byDiscord: async () => undefined,
  idsOf: async () => [who.id],
  firstAdmin: async () => who,
});

/** A console on the real receiver and store, with somebody inside. */
async function enter(who: Agent): Promise<void> {
  agent = who;
  desk = createConsole({
    store: chat.store,
    evidence: { original: async () => undefined, view: async () => undefined },
    texts: library,
    clock: chat.clock,
    language: "en",
    timeZone: "Europe/Paris",
    agents: soleAgent(agent),
    log: quiet,
    addressOf: () => "192.0.2.1",
    act: chat.receiver.act,
    keepEvidence: async () => ({ refused: "noRoom" }),
    flow: refund,
    topics: () => [],
    publicUrl: () => "https://chat.example",
    charts: { flow: "refund", pictures: readPictures() },
  });
  app = new Hono().route("/console", desk.app);
  const answer = await app.request(await desk.enterPath());
  cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

const page = async (path = `/cases/${number}`) =>
  (await app.request(`/console${path}`, { headers: { cookie, "accept-language": "en" } })).text();

let count = 0;
async function post(
  act: string,
  fields: Record<string, string | string[]> = {},
  headers: Record<string, string> = { "sec-fetch-site": "same-origin" },
) {
  const body = new URLSearchParams({ key: `key-of-a-test-${String(++count).padStart(4, "0")}` });
  for (const [name, values] of Object.entries(fields)) {
    body.delete(name);
    for (const value of [values].flat()) body.append(name, value);
  }
  const answer = await app.request(`/console/cases/${number}/${act}`, {
    method: "POST",
    headers: {
      cookie,
      "accept-language": "en",
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    },
    body: body.toString(),
  });
  return { status: answer.status, text: await answer.text() };
}

const theCase = async () => {
  const found = await chat.store.findCase(number);
  if (!found) throw new TypeError("no case");
  return found;
};
const said = async () =>
  (await chat.store.readLog(chat.conversationId, 0, 1000))
    .flatMap(({ body }) => (body.type === "message" ? [plainText(body.message)] : []))
    .join("\n");
const draft = async (changes: Record<string, string | string[]> = {}) => ({
  seen: String((await theCase()).factsRevision),
  outcome: "partialRefund",
  amount: "119,60",
  currency: "SEK",
  clauses: ["5.5", "5.10"],
  reasons: "Vi ser att 400 följare <i>försvann</i>.",
  ...changes,
});

beforeEach(async () => {
  chat = openChat("sv");
  await chat.send({ type: "started" });
  await chat.press("topic:drop");
  await chat.type("48213");
  await chat.press("progress:completed");
  for (const figure of ["1000", "1000", "500", "1100"]) await chat.type(figure);
  await chat.type("för 5 dagar sedan");
  await chat.press("dropWish:refund");
  await chat.type("299 kr");
  for (const words of ["Instagramföljare", "instagram.com/anna.lind", "<script>alert(1)</script>"])
    await chat.type(words);
  await chat.press("pictures:none");
  await chat.press("confirm");
  number = (await chat.store.listCases({ limit: 1 }))[0]?.number ?? "";
  await enter(lead);
});
afterEach(async () => {
  desk.close();
  await chat.close();
});

describe("the desk", () => {
  it("takes, answers, asks, notes and releases", async () => {
    expect((await post("taken")).status).toBe(303);
    expect((await theCase()).owner).toEqual({ id: "lea", name: "Léa <b>" });
    await post("said", { text: "Hej! <b>" });
    await post("asked", { wanted: "screenshot" });
    await post("noted", { text: "bara för oss <u>" });
    expect(await said()).toContain("Hej! <b>");
    expect(await said()).toContain("behöver en skärmdump");
    expect(await said()).not.toContain("bara för oss");
    const text = await page();
    for (const shown of ["Hej! &lt;b&gt;", "bara för oss &lt;u&gt;", "Note by Léa &lt;b&gt;"])
      expect(text).toContain(shown);
    expect(text).not.toMatch(/<script>|<u>|Léa <b>|Hej! <b>/u);
    expect((await post("released")).status).toBe(303);
    expect((await theCase()).owner).toBeUndefined();
  });

  it("carries a form that is sent twice out once", async () => {
    await post("taken");
    const twice = { key: "one-and-the-same-key", text: "En gång" };
    expect((await post("said", twice)).status).toBe(303);
    expect((await post("said", twice)).status).toBe(303);
    expect((await said()).match(/En gång/gu)).toHaveLength(1);
  });

  it("corrects a fact by a choice and in words", async () => {
    await post("taken");
    await post("corrected", { question: "dropWish", choice: "redeliver" });
    await post("corrected", { question: "price", choice: "", text: "199 kr" });
    expect((await theCase()).factsRevision).toBe(3);
    const told = (await page()).replace(/<[^>]+>/gu, "").replace(/\s+/gu, " ");
    expect(told).toContain("corrected a fact: Your wish – A new delivery");
    expect(told).toContain("corrected a fact: Price paid – SEK 199.00");
    const refused = await post("corrected", { question: "ordered", text: "många" });
    expect([refused.status, refused.text.includes('value="många"')]).toEqual([409, true]);
  });

  it("begins the decision with the assessment, its reasons in the customer's language", async () => {
    await post("taken");
    const text = await page();
    expect(text).toMatch(/<option value="partialRefund" selected/u);
    expect(text).toMatch(/name="amount"[^>]+value="119\.60"/u);
    expect(text).toMatch(/value="5\.5"\s+checked/u);
    expect(text).toMatch(/name="reasons"[^>]+lang="sv"/u);
  });

  it("previews what the customer then reads, word for word, and decides nothing by it", async () => {
    await post("taken");
    const shown = await post("preview", await draft());
    expect(shown.status).toBe(200);
    expect((await theCase()).decision).toBeUndefined();
    expect(shown.text).toContain("400 följare &lt;i&gt;försvann&lt;/i&gt;");
    expect((await post("decided", await draft())).status).toBe(303);
    const log = await chat.store.readLog(chat.conversationId, 0, 1000);
    const block = log
      .flatMap(({ body }) => (body.type === "message" ? body.message.blocks : []))
      .find((one) => one.type === "decision");
    if (block?.type !== "decision") throw new TypeError("nothing was decided");
    const plain = shown.text.replace(/&lt;/gu, "<").replace(/&gt;/gu, ">");
    for (const line of [
      block.heading,
      block.summary,
      block.reasons,
      block.next,
      block.contest,
      block.signature,
    ])
      expect(plain).toContain(line);
    expect((await theCase()).decision).toMatchObject({ amountMinor: 11960, currency: "SEK" });
  });

  it("asks in the agent's own words, and shows what was asked", async () => {
    await post("taken");
    await post("asked", { wanted: "question", text: "Bytte du namn <i>nyligen</i>?" });
    expect(await said()).toContain("har en fråga till dig:\n\nBytte du namn <i>nyligen</i>?");
    await chat.type("ja, i förrgår");
    const text = await page();
    expect(text).toContain("Bytte du namn &lt;i&gt;nyligen&lt;/i&gt;?");
    expect(text).toContain("ja, i förrgår");
    const { text: refused } = await post("asked", { wanted: "question", text: " " });
    expect(refused).toContain("The text is empty or too long");
  });

  it("shows what is due and late, and what was raised", async () => {
    expect(await page()).toContain("First answer by");
    for (let times = 0; times < 6; times++) await chat.pass(2 * 24 * 3_600_000);
    // The session is over by then.
    await enter(lead);
    const text = await page();
    expect(text).toContain("First answer was due");
    expect(text).toContain("Still nobody has taken it: announced to the leads");
    expect(text).toContain(`The decision is overdue · ${number}`);
    const list = await page("");
    expect(list).toContain('class="opened late"');
    expect(list).toContain("announced to the leads");
    await post("taken");
    await post("said", { text: "Hej" });
    expect(await page("")).not.toContain('class="opened late"');
  });

  it("shows how the customer found the help, and counts it", async () => {
    await post("taken");
    await post("closed");
    await chat.press(`satisfaction:good:${number}`);
    expect(await page()).toContain("How the customer found our help: Good");
    expect(await page("/figures")).toContain("How customers found our help");
  });

  it("closes and reopens", async () => {
    await post("taken");
    await post("closed");
    expect((await theCase()).status).toBe("closed");
    expect((await post("taken")).text).toContain("This case is closed.");
    await post("reopened");
    expect((await theCase()).status).toBe("open");
  });

  it("has a large decision approved by another person, or declined", async () => {
    await enter({ id: "alva", name: "Alva", role: "agent" });
    await post("taken");
    const large = await draft({ outcome: "fullRefund", amount: "500" });
    expect((await post("preview", large)).text).toContain("a second person has to approve");
    await post("decided", large);
    expect(await page()).toContain("Alva proposes this decision");
    expect((await post("approved", { seen: "1" })).text).toContain("Ask a lead");
    await enter(lead);
    expect(await page()).toContain(">Approve<");
    await post("declined");
    expect((await theCase()).proposal).toBeUndefined();
    await enter({ id: "alva", name: "Alva", role: "agent" });
    await post("decided", large);
    await enter(lead);
    await post("approved", { seen: large.seen });
    expect((await theCase()).decision).toMatchObject({ approvedBy: { id: "lea" } });
  });
});

describe("a refusal is a sentence, and what was typed stays", () => {
  it.each([
    ["said", { text: "typed <b>" }, "Take the thread first"],
    ["decided", { clauses: [] as string[] }, "Tick at least one clause"],
    ["preview", { amount: "x" }, "Give the amount"],
    ["decided", { reasons: " " }, "Write the reasons"],
    ["decided", { seen: "0" }, "The facts have changed meanwhile"],
  ] as const)("%s %j", async (act, changes, sentence) => {
    if (act !== "said") await post("taken");
    const fields = act === "said" ? changes : await draft(changes as Record<string, string>);
    const { status, text } = await post(act, fields as Record<string, string>);
    expect(status).toBe(409);
    expect(text).toContain(sentence);
    expect((await theCase()).decision).toBeUndefined();
    if (act === "decided" && !("reasons" in changes))
      expect(text).toContain("400 följare &lt;i&gt;försvann&lt;/i&gt;");
  });

  it("names the colleague who has the thread, and offers to take over", async () => {
    await enter({ id: "alva", name: "Alva", role: "agent" });
    await post("taken");
    await enter(lead);
    expect((await post("taken")).text).toContain("Alva has the thread.");
    expect((await post("taken", { over: "1" })).status).toBe(303);
    expect((await theCase()).owner?.id).toBe("lea");
  });
});

describe("a request that is none of the console's own", () => {
  it.each([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: "https://evil.example" },
    { origin: "null" },
    {},
  ])("is refused: %j", async (headers) => {
    expect((await post("taken", {}, headers as Record<string, string>)).status).toBe(403);
    expect((await theCase()).owner).toBeUndefined();
  });

  it("is taken from an older browser by its origin", async () => {
    expect((await post("taken", {}, { origin: "https://chat.example" })).status).toBe(303);
  });

  it("does nothing without a session, for an act that there is none of, or a key that is none", async () => {
    expect((await post("toString")).status).toBe(404);
    expect((await post("taken", { key: "" })).status).toBe(404);
    cookie = "";
    expect((await post("taken")).status).toBe(401);
    expect((await theCase()).owner).toBeUndefined();
  });
});

it("finds a case by order, and by what it waits for", async () => {
  for (const [path, isThere] of [
    ["?q=48213", true],
    ["?q=INSTAGRAM.com/anna", true],
    ["?q=nothing", false],
    ["?view=mine", false],
    ["?view=unassigned&language=sv&topic=drop", true],
    ["?view=decided", false],
    ["?view=all&language=fr", false],
  ] as const)
    expect([path, (await page(path)).includes(`>${number}</a`)]).toEqual([path, isThere]);
});

it("tells an open page what changed", async () => {
  const answer = await app.request(`/console/events?case=${number}`, { headers: { cookie } });
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  const read = async () => decoder.decode((await reader?.read())?.value as Uint8Array);
  expect(await read()).toContain("event: beat");
  desk.changed(chat.conversationId);
  expect(await read()).toMatch(/event: case\ndata: \{"toDo":1,/u);
  desk.changed("another");
  expect(await read()).toContain("event: queue");
  await reader?.cancel();
});

it("counts the week", async () => {
  await post("taken");
  await post("decided", await draft());
  const text = await page("/figures");
  for (const shown of ["Partial refund", "5.10", "Cases opened per day"])
    expect(text).toContain(shown);
});

describe("ready sentences", () => {
  const plain = (text: string) => text.replace(/<[^>]+>/gu, " ").replace(/\s+/gu, " ");
  const answerIn = (text: string) => /<textarea\s+id="answer"[^>]*>\n?([^<]*)</u.exec(text)?.[1];

  it("are found in the agent's language and stand beside the customer's, filled in from the case", async () => {
    const text = await page(`/cases/${number}/phrases?q=order+found`);
    expect(text).toContain('lang="sv" id="phrase-0">Jag har hittat din beställning 48213.');
    expect(plain(text)).toContain("I have found your order 48213.");
  });

  it("open the case with the sentence in the answer, which is not sent", async () => {
    await post("taken");
    const before = await said();
    const text = await page(`/cases/${number}?say=canned:orderFound`);
    expect(answerIn(text)).toBe("Jag har hittat din beställning 48213.");
    expect(plain(text)).toContain("In your language: I have found your order 48213.");
    expect(await said()).toBe(before);
  });

  it("ask for what is not known, by its name in the agent's language", async () => {
    await post("taken");
    const found = await page(`/cases/${number}/phrases?q=paid+back`);
    expect(found).toMatch(/>amount\s+<input name="with\.amount"/u);
    const gapped = answerIn(await page(`/cases/${number}?say=canned:refundSent&with.count=1`));
    expect(gapped).toContain("tillbaka ⟦amount⟧ på");
    expect(gapped).toContain("1 dag innan");
    const whole = await page(
      `/cases/${number}?say=canned:refundSent&with.count=3&with.amount=${encodeURIComponent("<b>119,60 kr")}`,
    );
    expect(answerIn(whole)).toContain("tillbaka &lt;b&gt;119,60 kr på");
    expect(answerIn(whole)).toContain("3 dagar innan");
  });

  it("are not sent with a gap, in an answer as in a decision; what was typed stays", async () => {
    await post("taken");
    const before = await said();
    const gapped = "Vi har betalat tillbaka ⟦amount⟧.";
    const { status, text } = await post("said", { text: gapped });
    expect(status).toBe(409);
    expect(text).toContain("Something is still to be filled in");
    expect(answerIn(text)).toBe(gapped);
    expect((await post("preview", await draft({ reasons: gapped }))).status).toBe(409);
    expect((await post("decided", await draft({ reasons: gapped }))).status).toBe(409);
    expect(await said()).toBe(before);
    expect((await post("noted", { text: gapped })).status).toBe(303);
  });

  it("are none that is not offered, and none for a stranger", async () => {
    await post("taken");
    for (const key of ["console:cases.title", "nothing", "<script>"])
      expect(answerIn(await page(`/cases/${number}?say=${encodeURIComponent(key)}`))).toBe("");
    expect(await page("/cases/RF-AAAAA/phrases")).toContain("There is no such page");
    const { status } = await app.request(`/console/cases/${number}/phrases`);
    expect(status).toBe(401);
  });
});

it("says of each message how far it is, and tells its readers when that changes", async () => {
  await post("taken");
  const states = async () =>
    [...(await page()).matchAll(/class="mark (sent|waiting|unknown|failed)"/gu)].map(
      ([, state]) => state,
    );
  const before = await states();
  expect(new Set(before)).toEqual(new Set(["waiting"]));
  const [reply] = await chat.store.lease({
    channel: "web",
    now: chat.clock.now(),
    leaseMs: 1000,
    limit: 1,
  });
  if (!reply) throw new TypeError("nothing to send");
  expect((await states())[0]).toBe("unknown");
  const events = await app.request(`/console/events?case=${number}`, { headers: { cookie } });
  const queue = await app.request("/console/events", { headers: { cookie } });
  await chat.store.settle([{ id: reply.id, outcome: "sent", at: chat.clock.now() }]);
  desk.settled(chat.conversationId);
  expect(await eventsOf(events, 2)).toContain("event: case");
  expect((await states()).slice(0, 2)).toEqual(["sent", "waiting"]);
  desk.close();
  expect(await queue.text()).not.toContain("event: queue");
});

/** So many events of a stream. */
async function eventsOf(answer: Response, most: number): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk);
    if (text.split("\n\n").length > most) return text;
  }
  return text;
}

describe("the path of a case", () => {
  const badges = (text: string) =>
    [...text.matchAll(/<g class="step[^"]*"><rect[^>]*\/><text[^>]*>([^<]+)</gu)].map(
      ([, steps]) => steps,
    );

  it("stands in the pictures of the flow, step by step, with the ways that were gone", async () => {
    const text = await page(`/cases/${number}/path`);
    const [, drop = "", whole = ""] = text.split('<svg xmlns="http://www.w3.org/2000/svg"');
    expect(text.split("<svg ").length).toBe(3);
    expect(badges(whole)).toContain("1");
    expect(badges(drop)).toEqual(["3", "4", "5", "6", "7", "8", "9"]);
    expect(drop).toContain(
      'class="way walked" data-way="filling.drop.askingProgress filling.drop.askingOrdered"',
    );
    expect(drop).not.toContain("walked leaves");
    expect(text).toContain("<li><code>filling.drop.askingProgress</code></li>");
    expect(await page()).toContain(`href="/console/cases/${number}/path"`);
  });

  it("is said not to be known where another version led the customer", async () => {
    const stored = await chat.store.load(chat.conversationId);
    if (!stored) throw new TypeError("no conversation");
    await chat.store.commit({
      conversation: { ...stored, revision: stored.revision + 1, flowVersion: 0 },
      handled: "older",
      at: chat.clock.now(),
      log: [],
      timers: [],
      cases: [],
    });
    const text = await page(`/cases/${number}/path`);
    expect(text).toContain("An older version of the conversation led this customer");
    expect(text).not.toContain("<svg");
  });
});
