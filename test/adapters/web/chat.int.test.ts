import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PageEntry } from "../../../src/adapters/web/outbound.ts";
import { createSeal } from "../../../src/adapters/web/seals.ts";
import { cookieOf, eventsOf, maxEvidenceBytes, openVisitor, openWebChat } from "./chat.ts";

let chat: Awaited<ReturnType<typeof openWebChat>>;
const newVisitor = (cookie?: string) => openVisitor(chat.url, cookie);

beforeAll(async () => {
  chat = await openWebChat();
});
afterAll(() => chat.close());

describe("the visitor", () => {
  test("gets the page without a conversation, a cookie or anything from another host", async () => {
    const answer = await newVisitor().get("/", { "accept-language": "sv-SE,en;q=0.5" });
    const page = await answer.text();
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(page).toContain('<html lang="sv">');
    expect(page).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style| style="| on\w+="/u);
    expect(page.match(/(?:src|<link[^>]* href)="(?!\/assets\/)[^"]*"/gu)).toBeNull();
  });

  test("gets the language of the address before that of the browser", async () => {
    const answer = await newVisitor().get("/?lang=fr", { "accept-language": "sv" });
    expect(await answer.text()).toContain('<html lang="fr">');
  });

  test("starts one conversation, however often the page is opened", async () => {
    const visitor = newVisitor();
    const first = await visitor.start("fr");
    const again = await visitor.start("sv");
    expect(first.entries.length).toBeGreaterThan(0);
    expect(again).toEqual(first);
  });

  test("has a cookie that no script reads and no other site sends", async () => {
    const answer = await newVisitor().post("/chat/start", { language: "fr" });
    const cookie = answer.headers.getSetCookie()[0];
    expect(cookie).toMatch(/^ombud_visitor=[\w-]{24}\.[\w-]{43};/u);
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Lax");
    expect(cookie).toContain("Max-Age=15552000");
    expect(cookie).not.toContain("Secure");
  });

  test("has a cookie for https only where the shop is on https", async () => {
    const other = await openWebChat({ publicUrl: "https://chat.shop.example" });
    const answer = await openVisitor(other.url).post("/chat/start", { language: "fr" });
    expect(answer.headers.getSetCookie()[0]).toContain("Secure");
    await other.close();
  });

  test.each([
    ["forged", (cookie: string) => `${cookie.slice(0, -4)}AAAA`],
    [
      "of another's name with an own signature",
      (cookie: string) => cookie.replace(/=./u, (start) => (start === "=_" ? "=-" : "=_")),
    ],
    ["malformed", () => "ombud_visitor=%00.%FF"],
    ["empty", () => "ombud_visitor="],
    ["very long", () => `ombud_visitor=${"a".repeat(6000)}.${"b".repeat(43)}`],
  ])("is a new one with a cookie that is %s", async (_, spoil) => {
    const owner = newVisitor();
    await owner.start();
    const thief = newVisitor(spoil(owner.cookie));
    expect((await thief.get("/chat/log")).status).toBe(409);
    const start = await thief.start();
    expect(thief.cookie).toMatch(/^ombud_visitor=[\w-]{24}\./u);
    expect(thief.cookie).not.toBe(owner.cookie);
    expect(start.entries.length).toBeGreaterThan(0);
  });

  test("is told when the page speaks of another conversation than its cookie", async () => {
    const visitor = newVisitor();
    await visitor.start();
    const answer = await visitor.post(
      "/chat/messages",
      { id: randomUUID(), text: "a" },
      { "ombud-thread": "another" },
    );
    expect(answer.status).toBe(409);
    expect(await visitor.saidByMe()).toEqual([]);
  });
});

describe("a message", () => {
  test("is in the log, with the bot's answer, when it is acknowledged", async () => {
    const visitor = newVisitor();
    const { last } = await visitor.start();
    const answer = await visitor.say("bonjour");
    expect(await answer.json()).toEqual({ ok: true });
    const { entries } = await visitor.log(last);
    expect(entries.map((entry) => entry.from)).toEqual(expect.arrayContaining(["customer", "bot"]));
  });

  test("counts once, however often the page sends it", async () => {
    const visitor = newVisitor();
    await visitor.start();
    const id = randomUUID();
    for (let i = 0; i < 3; i++) expect((await visitor.say("once", id)).status).toBe(200);
    expect(await visitor.saidByMe()).toEqual(["once"]);
  });

  test("never becomes markup or anything but text", async () => {
    const visitor = newVisitor();
    await visitor.start();
    const text = '<img src=x onerror=alert(1)> **b** [a](javascript:1) \u202e\u200b "';
    await visitor.say(text);
    expect(await visitor.saidByMe()).toEqual([text]);
    expect((await visitor.get("/chat/log")).headers.get("content-type")).toMatch(
      "application/json",
    );
  });

  test.each([
    ["4,001 characters", "x".repeat(4_001)],
    ["100,000 characters", "x".repeat(100_000)],
  ])("of %s is refused in a friendly sentence", async (_, text) => {
    const visitor = newVisitor();
    await visitor.start("fr");
    const answer = await visitor.post("/chat/messages?lang=fr", { id: randomUUID(), text });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({
      error: "tooLong",
      sentence: expect.stringContaining("trop long"),
    });
  });

  test.each([
    ["no JSON", "{"],
    ["JSON of another shape", '{"a":1}'],
    ["nothing", ""],
  ])("that is %s is refused and changes nothing", async (_, body) => {
    const visitor = newVisitor();
    const { last } = await visitor.start();
    const answer = await fetch(`${chat.url}/chat/messages`, {
      method: "POST",
      body,
      headers: {
        cookie: visitor.cookie,
        "content-type": "application/json",
        "sec-fetch-site": "same-origin",
      },
    });
    expect(answer.status).toBe(400);
    expect((await visitor.log()).last).toBe(last);
  });

  test("is asked for again later while the store can't write", async () => {
    const visitor = newVisitor();
    await visitor.start();
    chat.faults.storeIsDown = true;
    const refused = await visitor.say("later");
    chat.faults.storeIsDown = false;
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await visitor.saidByMe()).toEqual([]);
  });

  test("needs a conversation", async () => {
    expect((await newVisitor().say("hello")).status).toBe(409);
  });
});

describe("another site", () => {
  test.each([
    ["says so", { "sec-fetch-site": "cross-site" }],
    ["is a neighbour", { "sec-fetch-site": "same-site" }],
    ["has its own origin", { "sec-fetch-site": "", origin: "https://evil.example" }],
    ["hides where it is", { "sec-fetch-site": "", origin: "null" }],
    ["says nothing", { "sec-fetch-site": "" }],
  ])("can't write when it %s", async (_, headers: Record<string, string>) => {
    const visitor = newVisitor();
    await visitor.start();
    for (const path of ["/chat/messages", "/chat/start"]) {
      expect((await visitor.post(path, { id: randomUUID(), text: "a" }, headers)).status).toBe(403);
    }
    expect((await visitor.post("/chat/files", new Uint8Array(3), headers)).status).toBe(403);
    expect(await visitor.saidByMe()).toEqual([]);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "can't use the content type %j of a form",
    async (type) => {
      const visitor = newVisitor();
      await visitor.start();
      const headers = { "content-type": type };
      const message = { id: randomUUID(), text: "a" };
      expect((await visitor.post("/chat/messages", message, headers)).status).toBe(415);
      expect((await visitor.post("/chat/files", new Uint8Array(3), headers)).status).toBe(415);
    },
  );

  test("is told from an old browser by its origin", async () => {
    const visitor = newVisitor();
    const answer = await visitor.post(
      "/chat/start",
      { language: "en" },
      { "sec-fetch-site": "", origin: chat.url },
    );
    expect(answer.status).toBe(200);
  });
});

describe("the stream", () => {
  async function take(answer: Response, count: number): Promise<PageEntry[]> {
    const entries: PageEntry[] = [];
    for await (const { event, id, data } of eventsOf(answer)) {
      if (event !== "message") continue;
      const entry = JSON.parse(data) as PageEntry;
      expect(id).toBe(String(entry.seq));
      if (entries.push(entry) === count) break;
    }
    return entries;
  }

  test("brings what is there, then what comes, once and in order", async () => {
    const visitor = newVisitor();
    const { entries } = await visitor.start();
    const stream = await visitor.get("/chat/events");
    expect(stream.headers.get("content-type")).toMatch("text/event-stream");
    const told = take(stream, entries.length + 2);
    await visitor.say("hello");
    const heard = await told;
    expect(heard).toEqual((await visitor.log()).entries.slice(0, heard.length));
  });

  test("goes on after the last event that the browser has seen", async () => {
    const visitor = newVisitor();
    await visitor.start();
    await visitor.say("one");
    const all = (await visitor.log()).entries;
    const seen = all[1]?.seq ?? 0;
    const rest = all.filter((entry) => entry.seq > seen);
    const byHeader = await visitor.get("/chat/events", { "last-event-id": String(seen) });
    const byAddress = await visitor.get(`/chat/events?after=${seen}`);
    expect(await take(byHeader, rest.length)).toEqual(rest);
    expect(await take(byAddress, rest.length)).toEqual(rest);
  });

  test("brings what one tab said to the other", async () => {
    const one = newVisitor();
    const { last } = await one.start();
    const other = newVisitor(one.cookie);
    const stream = await other.get(`/chat/events?after=${last}`);
    await one.say("from the other tab");
    expect(await take(stream, 1)).toMatchObject([{ from: "customer", text: "from the other tab" }]);
  });

  test("is woken by the channel for what the bot says by itself", async () => {
    const visitor = newVisitor();
    const { last } = await visitor.start();
    const stream = await visitor.get(`/chat/events?after=${last}`);
    const conversationId = visitor.conversationId();
    const told = take(stream, 1);
    const inbound = { conversationId, channel: "web", key: "beside" } as const;
    await chat.receiver.receive({ ...inbound, content: { type: "text", text: "beside the page" } });
    const reply = {
      id: "r",
      conversationId,
      channel: "web",
      seq: 1,
      attempts: 1,
      uncertain: false,
    } as const;
    await chat.web.channel.send({ ...reply, message: { language: "en", blocks: [], choices: [] } });
    expect(await told).toMatchObject([{ text: "beside the page" }]);
  });

  test("asks the oldest of many tabs to step back", async () => {
    const visitor = newVisitor();
    const { last } = await visitor.start();
    const first = await visitor.get(`/chat/events?after=${last}`);
    const hangUp = new AbortController();
    for (let i = 0; i < 4; i++) {
      await visitor.get(`/chat/events?after=${last}`, {}, hangUp.signal);
    }
    const heard: string[] = [];
    for await (const { event } of eventsOf(first)) heard.push(event);
    expect(heard).toEqual(["beat", "superseded"]);
    hangUp.abort();
  });

  test("is only for the conversation's own visitor", async () => {
    expect((await newVisitor().get("/chat/events")).status).toBe(409);
    expect((await newVisitor("ombud_visitor=a.b").get("/chat/events")).status).toBe(409);
  });
});

describe("evidence", () => {
  const picture = () =>
    sharp({ create: { width: 40, height: 30, channels: 3, background: "#369" } })
      .png()
      .toBuffer();

  async function uploaded(visitor = newVisitor(), name = "capture d’écran.png") {
    await visitor.start();
    const answer = await visitor.post(
      `/chat/files?name=${encodeURIComponent(name)}`,
      new Uint8Array(await picture()),
    );
    expect(answer.status).toBe(200);
    const { token, file } = (await answer.json()) as {
      token: string;
      file: { viewUrl: string; downloadUrl: string };
    };
    return { visitor, token, file };
  }

  test("is sent by its token and stands in the log with its addresses", async () => {
    const { visitor, token, file } = await uploaded();
    const answer = await visitor.post("/chat/messages", { id: randomUUID(), files: [token] });
    expect(answer.status).toBe(200);
    const { entries } = await visitor.log();
    expect(entries).toContainEqual(
      expect.objectContaining({ from: "customer", files: [expect.objectContaining(file)] }),
    );
  });

  test("is shown as WebP and given as a download, and runs nothing", async () => {
    const { visitor, file } = await uploaded();
    const view = await visitor.get(file.viewUrl);
    expect(view.headers.get("content-type")).toBe("image/webp");
    const original = await visitor.get(file.downloadUrl);
    expect(original.headers.get("content-type")).toBe("image/png");
    expect(original.headers.get("content-disposition")).toBe(
      "attachment; filename=\"capture d__cran.png\"; filename*=UTF-8''capture%20d%E2%80%99%C3%A9cran.png",
    );
    for (const answer of [view, original]) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
    }
    expect(Buffer.from(await original.arrayBuffer())).toEqual(await picture());
  });

  describe("that is not sent", () => {
    const hourMs = 3_600_000;
    afterEach(() => {
      chat.clock.at = undefined;
    });

    test("can be sent for 23 hours and is removed after 24", async () => {
      const { visitor, token, file } = await uploaded();
      const send = () =>
        visitor.post("/chat/messages?lang=sv", { id: randomUUID(), files: [token] });
      const there = async () => (await visitor.get(file.viewUrl)).status === 200;
      const from = Date.now();
      chat.clock.at = from + 23 * hourMs + 1000;
      const answer = await send();
      expect(answer.status).toBe(410);
      const { sentence } = (await answer.json()) as { sentence: string };
      expect(sentence).toMatch(/^En fil väntade för länge/u);
      await chat.sweep();
      expect(await there()).toBe(true);
      chat.clock.at = from + 24 * hourMs + 1000;
      expect(await chat.sweep()).toBeGreaterThan(0);
      expect(await there()).toBe(false);
      expect(await chat.sweep()).toBe(0);
    });

    test("is never lost once it was taken, at whatever hour it is sent beside a sweep", async () => {
      const outcomes = new Set<number>();
      for (const hours of [0, 12, 22.9, 23.1, 23.9, 24.1, 48]) {
        chat.clock.at = undefined;
        const { visitor, token, file } = await uploaded();
        chat.clock.at = Date.now() + hours * hourMs;
        const [answer] = await Promise.all([
          visitor.post("/chat/messages", { id: randomUUID(), files: [token] }),
          chat.sweep(),
        ]);
        outcomes.add(answer.status);
        chat.clock.at += 48 * hourMs;
        await chat.sweep();
        const { status } = await visitor.get(file.viewUrl);
        expect([hours, status]).toEqual([hours, answer.status === 200 ? 200 : 404]);
      }
      expect(outcomes).toEqual(new Set([200, 410]));
    });
  });

  test("is for its owner only", async () => {
    const { file, token } = await uploaded();
    const stranger = newVisitor();
    await stranger.start();
    for (const path of [file.viewUrl, file.downloadUrl]) {
      expect((await stranger.get(path)).status).toBe(404);
      expect((await newVisitor().get(path)).status).toBe(404);
    }
    const answer = await stranger.post("/chat/messages", { id: randomUUID(), files: [token] });
    expect(answer.status).toBe(400);
  });

  test("can't be had by an address that was not given", async () => {
    const { visitor, file } = await uploaded();
    const other = await uploaded();
    const change = (path: string, from: RegExp, to: string) => path.replace(from, to);
    for (const path of [
      change(file.viewUrl, /seal=.*/u, ""),
      change(file.viewUrl, /\/view/u, "/original"),
      change(file.downloadUrl, /type=[^&]*/u, "type=text%2Fhtml"),
      change(file.downloadUrl, /name=[^&]*/u, "name=a.html"),
      change(other.file.viewUrl, /seal=.*/u, new URL(file.viewUrl, chat.url).search.slice(1)),
    ]) {
      expect((await visitor.get(path)).status).toBe(404);
    }
  });

  test("can't be made up by changing a token", async () => {
    const { visitor, token } = await uploaded();
    const [payload = "", signature = ""] = token.split(".");
    const changed = Buffer.from(
      Buffer.from(payload, "base64url").toString().replace("png", "pdf"),
    ).toString("base64url");
    const files = [`${changed}.${signature}`];
    const answer = await visitor.post("/chat/messages", { id: randomUUID(), files });
    expect(answer.status).toBe(400);
  });

  test.each([
    ["an SVG named .png", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "wrongType"],
    ["HTML named .png", Buffer.from("<!doctype html><script>1</script>"), "wrongType"],
    ["nothing", Buffer.alloc(0), "empty"],
  ])("that is %s is refused in the customer's words", async (_, bytes, refused) => {
    const visitor = newVisitor();
    await visitor.start();
    const answer = await visitor.post("/chat/files?lang=sv&name=a.png", new Uint8Array(bytes));
    expect(answer.status).toBe(422);
    const body = (await answer.json()) as { refused: string; sentence: string };
    expect(body.refused).toBe(refused);
    expect(body.sentence.length).toBeGreaterThan(10);
  });

  test("that is too large is refused, by what it says and by what it is", async () => {
    const visitor = newVisitor();
    await visitor.start();
    const tooLarge = new Uint8Array(maxEvidenceBytes + 5_000);
    const announced = await visitor.post("/chat/files?name=a.png", tooLarge);
    const counted = await fetch(`${chat.url}/chat/files?name=a.png`, {
      method: "POST",
      body: new Blob([tooLarge]).stream(),
      duplex: "half",
      headers: {
        cookie: visitor.cookie,
        "content-type": "application/octet-stream",
        "sec-fetch-site": "same-origin",
      },
    });
    for (const answer of [announced, counted]) {
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ refused: "tooLarge" });
    }
  });
});

describe("the private way back", () => {
  async function wayBack() {
    const visitor = newVisitor();
    await visitor.start("fr");
    const stored = await chat.store.load(visitor.conversationId());
    if (!stored) throw new Error("the conversation is not stored");
    const revision = stored.revision + 1;
    const block = { type: "returnLink", label: "Lien", text: "Gardez-le." } as const;
    const message = { language: "fr", blocks: [block], choices: [] } as const;
    await chat.store.commit({
      conversation: { ...stored, revision },
      handled: `way-back:${stored.id}`,
      at: 0,
      log: [{ type: "message", id: `${stored.id}:${revision}:0`, message }],
      timers: [],
      cases: [],
    });
    const { entries } = await visitor.log();
    const url = entries
      .flatMap((entry) => (entry.from === "bot" ? entry.message.blocks : []))
      .flatMap((shown) => (shown.type === "returnLink" ? shown.url : []))
      .at(-1);
    return { visitor, path: new URL(url ?? "").pathname };
  }

  test("opens the conversation on another device", async () => {
    const { visitor, path } = await wayBack();
    const device = newVisitor();
    const answer = await device.get(path);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    device.cookie = cookieOf(answer) ?? "";
    expect(await device.log()).toEqual(await visitor.log());
  });

  test("never takes the place of another conversation by itself", async () => {
    const { visitor, path } = await wayBack();
    const browser = newVisitor();
    await browser.start("sv");
    const own = browser.cookie;
    const asked = await browser.get(path, { "sec-purpose": "prefetch" });
    expect(asked.status).toBe(200);
    expect(asked.headers.getSetCookie()).toEqual([]);
    const page = await asked.text();
    expect(page).toContain('<html lang="sv">');
    expect(page).toContain(`action="${path}"`);
    expect(page).not.toMatch(/<script|<style| style="| on\w+="/u);

    const form = { "content-type": "application/x-www-form-urlencoded" };
    for (const headers of [
      { ...form, "sec-fetch-site": "cross-site" },
      { ...form, "sec-fetch-site": "same-site" },
      { ...form, "sec-fetch-site": "", origin: "https://evil.example" },
      { ...form, "sec-fetch-site": "", origin: "null" },
    ]) {
      const forged = await browser.post(path, "", headers);
      expect(forged.headers.getSetCookie()).toEqual([]);
      expect(browser.cookie).toBe(own);
    }

    const chosen = await browser.post(path, "", form);
    expect(chosen.status).toBe(303);
    expect(chosen.headers.get("location")).toBe("/");
    expect(await browser.log()).toEqual(await visitor.log());
    // Once more, now that it is this browser's own.
    expect((await browser.get(path)).status).toBe(303);
  });

  test("opens at once where the browser's own conversation never began", async () => {
    const { visitor, path } = await wayBack();
    const never = createSeal(await chat.store.secret("web-visitor")).stamp("x".repeat(24));
    const device = newVisitor(`ombud_visitor=${never}`);
    const answer = await device.get(path);
    expect(answer.status).toBe(303);
    device.cookie = cookieOf(answer) ?? "";
    expect(await device.log()).toEqual(await visitor.log());
  });

  test("is a friendly page where it is wrong, and sets nothing", async () => {
    const { visitor, path } = await wayBack();
    const signedForACookie = `/return/${visitor.cookie.split("=")[1]}`;
    for (const wrong of [path.slice(0, -2), `${path}A`, "/return/x", signedForACookie]) {
      const answer = await newVisitor().get(wrong, { "accept-language": "fr" });
      expect(answer.status).toBe(404);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(await answer.text()).toContain("Ce lien ne mène à aucune conversation");
    }
  });

  test("does not serve as a cookie", async () => {
    const { path } = await wayBack();
    const thief = newVisitor(`ombud_visitor=${path.split("/").at(-1)}`);
    expect((await thief.get("/chat/log")).status).toBe(409);
  });
});

describe("the headers", () => {
  test("allow this host only, nothing inline and no frame", async () => {
    const answer = await newVisitor().get("/");
    const policy = answer.headers.get("content-security-policy");
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  test("let the page's own files be kept for ever, under an address that changes with them", async () => {
    const page = await (await newVisitor().get("/")).text();
    for (const [, path = ""] of page.matchAll(/(?:src|href)="(\/assets\/[^"#]+)/gu)) {
      const answer = await newVisitor().get(path);
      expect(answer.status, path).toBe(200);
      expect(answer.headers.get("cache-control")).toContain("immutable");
    }
    expect((await newVisitor().get("/assets/0000000000000000/chat.js")).status).toBe(404);
    expect((await newVisitor().get("/assets/..%2f..%2fseals.ts/x")).status).toBe(404);
  });
});

describe("a flood", () => {
  test("of one visitor is slowed down in a friendly way, and nobody else with it", async () => {
    const other = await openWebChat();
    other.clock.at = Date.UTC(2026, 2, 1, 12);
    const hasty = openVisitor(other.url);
    const calm = openVisitor(other.url);
    await hasty.start();
    await calm.start();
    for (let i = 0; i < 20; i++) expect((await hasty.say(`${i}`)).status).toBe(200);
    const slowed = await hasty.say("20");
    expect(slowed.status).toBe(429);
    expect(slowed.headers.get("retry-after")).toBe("1");
    expect(await slowed.json()).toMatchObject({ sentence: expect.stringMatching(/kept/u) });
    expect((await calm.say("hello")).status).toBe(200);
    other.clock.at += 1_000;
    expect((await hasty.say("20")).status).toBe(200);
    await other.close();
  });

  test("of new conversations is slowed down by address", async () => {
    const other = await openWebChat();
    other.clock.at = Date.UTC(2026, 2, 1, 12);
    const start = (address: string) =>
      openVisitor(other.url).post("/chat/start", {}, { "x-forwarded-for": address });
    for (let i = 0; i < 60; i++) expect((await start(`2001:db8::${i}`)).status).toBe(200);
    expect((await start("2001:db8::ffff")).status).toBe(429);
    expect((await start("198.51.100.7")).status).toBe(200);
    await other.close();
  });
});

describe("the listener", () => {
  test("says whether the bot can work", async () => {
    const visitor = newVisitor();
    expect((await visitor.get("/healthz")).status).toBe(200);
    expect(await (await visitor.get("/healthz")).json()).toEqual({ ok: true });
    chat.faults.storeIsDown = true;
    expect((await visitor.get("/healthz")).status).toBe(503);
    chat.faults.storeIsDown = false;
  });

  test("closes within seconds though a page reads along and another is half sent", async () => {
    const other = await openWebChat();
    const visitor = openVisitor(other.url);
    await visitor.start();
    const stream = await visitor.get("/chat/events");
    const half = connect(other.port, "127.0.0.1");
    half.on("error", () => {});
    await once(half, "connect");
    half.write("POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
    const heard = (async () => {
      try {
        const events = eventsOf(stream);
        while (!(await events.next()).done);
      } catch {
        // Cut off, which a page takes as a lost connection.
      }
    })();
    const before = performance.now();
    await other.close();
    await heard;
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
