import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  botSaid,
  customerSaid,
  describedCase,
  evidenceOf,
  openConsole,
} from "../../support/console.ts";

const noon = Date.UTC(2026, 9, 3, 10, 0);
const minute = 60_000;
const hour = 60 * minute;
const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
let opened: Awaited<ReturnType<typeof openConsole>>;

beforeEach(async () => {
  opened = await openConsole(noon);
});

afterEach(() => opened.close());

/** A page as an agent with this cookie gets it. */
async function get(path: string, cookie?: string, headers: Record<string, string> = {}) {
  const answer = await opened.app.request(path, {
    headers: { ...headers, ...(cookie && { Cookie: cookie }) },
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

test("lets in whoever has the one-time link, once", async () => {
  const link = await opened.enterPath();
  expect(link).toMatch(/^\/console\/enter\?token=\d+\.[\w-]{43}$/u);
  const first = await get(link);
  expect(first.status).toBe(200);
  expect(first.text).toContain('http-equiv="refresh" content="0; url=/console"');
  const cookie = first.headers.getSetCookie()[0] ?? "";
  expect(cookie).toMatch(
    /^ombud_console=[\w-]{43}; Max-Age=43200; Path=\/console; HttpOnly; SameSite=Strict$/u,
  );
  expect((await get("/console", cookie.split(";")[0])).status).toBe(200);

  const second = await get(link);
  expect(second.status).toBe(401);
  expect(second.headers.getSetCookie()).toEqual([]);
  expect(second.text).toContain("Redémarrez le bot");
});

test("uses a link once when it is followed twice at the same time", async () => {
  const link = await opened.enterPath();
  const statuses = (await Promise.all([get(link), get(link), get(link)])).map(
    ({ status }) => status,
  );
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
});

test("a link that is used voids those drawn before", async () => {
  const old = await opened.enterPath();
  const link = await opened.enterPath();
  expect((await get(link)).status).toBe(200);
  expect((await get(old)).status).toBe(401);
});

test("a preview of the link does not use it up", async () => {
  const link = await opened.enterPath();
  expect((await opened.app.request(link, { method: "HEAD" })).headers.getSetCookie()).toEqual([]);
  expect((await get(link, undefined, { "Sec-Purpose": "prefetch;prerender" })).status).toBe(503);
  expect((await get(link)).status).toBe(200);
});

test("an agent who is inside and follows a used link again lands in the console", async () => {
  const link = await opened.enterPath();
  const cookie = (await get(link)).headers.getSetCookie()[0]?.split(";")[0];
  const again = await get(link, cookie);
  expect([again.status, again.headers.get("location")]).toEqual([303, "/console"]);
});

test.each([
  "/console/enter",
  "/console/enter?token=",
  "/console/enter?token=forged",
  `/console/enter?token=${noon}.${"a".repeat(43)}`,
])("refuses %s", async (path) => {
  await opened.enterPath();
  expect((await get(path)).status).toBe(401);
});

test("keeps the cookie to https where the page came by https", async () => {
  const direct = await opened.app.request(`https://shop.test${await opened.enterPath()}`);
  expect(direct.headers.getSetCookie()[0]).toMatch(
    /^__Host-ombud_console=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/u,
  );
  const proxied = await get(await opened.enterPath(), undefined, { "X-Forwarded-Proto": "https" });
  expect(proxied.headers.getSetCookie()[0]).toContain("; Secure");
});

test.each([
  "/console",
  "/console/",
  "/console/cases/RF-7K2Q9",
  "/console/cases/RF-7K2Q9/evidence/x/view",
  "/console/deliveries",
  "/console/nowhere",
])("shows nothing at %s without a session but how to get in", async (path) => {
  await opened.saveCase({ number: "RF-7K2Q9" });
  const page = await get(path);
  expect(page.status).toBe(401);
  expect(page.text).toContain("Redémarrez le bot");
  expect(page.text).not.toContain("RF-7K2Q9");
});

test.each([
  "ombud_console=",
  "ombud_console=x.y",
  `ombud_console=${"A".repeat(43)}`,
  `__Host-ombud_console=${"A".repeat(43)}`,
])("refuses %s as a session", async (cookie) => {
  await opened.enter();
  expect((await get("/console", cookie)).status).toBe(401);
});

test("ends a session after twelve hours, however busy", async () => {
  const cookie = await opened.enter();
  for (let waited = 0; waited < 12 * hour - 20 * minute; waited += 20 * minute) {
    opened.clock.at += 20 * minute;
    expect((await get("/console", cookie)).status).toBe(200);
  }
  opened.clock.at += 20 * minute - 1;
  expect((await get("/console", cookie)).status).toBe(200);
  opened.clock.at += 1;
  expect((await get("/console", cookie)).status).toBe(401);
});

test("ends a session after half an hour without a click", async () => {
  const cookie = await opened.enter();
  opened.clock.at += 30 * minute - 1;
  expect((await get("/console", cookie)).status).toBe(200);
  opened.clock.at += 30 * minute;
  expect((await get("/console", cookie)).status).toBe(401);
  opened.clock.at -= 30 * minute;
  expect((await get("/console", cookie)).status).toBe(401);
});

test("sends headers that keep a page to itself, on every kind of answer", async () => {
  const cookie = await opened.enter();
  for (const page of [
    await get("/console", cookie),
    await get("/console"),
    await get("/console/nowhere", cookie),
    await get("/console/style.css"),
  ]) {
    const policy = page.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("x-robots-tag")).toContain("noindex");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("referrer-policy")).toBe("same-origin");
  }
});

test("needs no inline style or script", async () => {
  await opened.saveCase({ number: "RF-7K2Q9" });
  const cookie = await opened.enter();
  for (const path of [
    "/console",
    "/console/cases/RF-7K2Q9",
    "/console/chart",
    "/console/deliveries",
  ]) {
    expect((await get(path, cookie)).text).not.toMatch(
      /<script(?! type="module" src="\/console\/desk\.js")|<style|\sstyle=|\son[a-z]+=/iu,
    );
  }
});

test("says what will be here while there is no case", async () => {
  expect((await get("/console", await opened.enter())).text).toContain(
    "Aucun dossier pour le moment",
  );
});

test("lists what is to do, whoever waits longest first, fifty a page, each once", async () => {
  for (let i = 0; i < 120; i++)
    await opened.saveCase({
      number: `RF-${String(i).padStart(5, "0")}`,
      waitingSince: noon - Math.floor(i / 3),
    });
  const cookie = await opened.enter();
  const seen: string[] = [];
  let next: string | undefined = "/console";
  for (let pages = 0; next; pages++) {
    expect(pages).toBeLessThan(3);
    const { text }: { text: string } = await get(next, cookie);
    const numbers = [...text.matchAll(/>(RF-\d{5})</gu)].map(([, number]) => number ?? "");
    seen.push(...numbers);
    next = /rel="next" href="([^"]+)"/u.exec(text)?.[1];
  }
  expect(seen).toHaveLength(120);
  expect(new Set(seen).size).toBe(120);
  expect(seen[0]).toBe("RF-00117");
});

test("shows how long a case has waited, and that it is urgent", async () => {
  await opened.saveCase({
    number: "RF-7K2Q9",
    waitingSince: noon - 12 * minute,
    urgent: true,
    language: "sv",
    status: "contested",
  });
  const { text } = await get("/console?lang=en", await opened.enter());
  for (const part of [
    "12 minutes ago",
    "3 October 2026 at 11:48 CEST",
    "Urgent",
    "Swedish",
    "Contested",
    "Remboursement partiel",
  ]) {
    expect(text).toContain(part);
  }
});

test("speaks the agent's language: the one asked for, then the one remembered, then the browser's", async () => {
  const cookie = await opened.enter();
  expect((await get("/console", cookie)).text).toContain('<html lang="fr">');
  expect((await get("/console", cookie, { "Accept-Language": "sv-SE,en;q=0.5" })).text).toContain(
    '<html lang="sv">',
  );
  const asked = await get("/console?lang=en", cookie);
  expect(asked.text).toContain('<html lang="en">');
  const remembered = asked.headers.getSetCookie()[0]?.split(";")[0];
  expect(remembered).toBe("ombud_console_lang=en");
  expect(
    (await get("/console?lang=xx", `${cookie}; ${remembered}`, { "Accept-Language": "sv" })).text,
  ).toContain('<html lang="en">');
});

test("shows a case whole: what was said, the facts, the assessment with its clauses, notes, files and versions", async () => {
  const file = evidenceOf("evidence-00000001", picture, "image/png", "capture.png", {
    widthPx: 4,
    heightPx: 3,
  });
  await opened.saveCase(
    { number: "RF-7K2Q9", record: describedCase({ evidence: [file], notes: ["Toujours rien"] }) },
    [
      customerSaid("k1", noon, { text: "Mes abonnés baissent", files: [file] }),
      { type: "event", event: { type: "reminded", at: noon, dice: "0" }, by: "timer", key: "t1" },
      {
        type: "message",
        id: "m1",
        message: {
          language: "fr",
          blocks: [{ type: "text", text: "Quel est le numéro ?" }],
          choices: [{ id: "order:none", label: "Je ne l’ai pas", weight: "normal" }],
        },
      },
    ],
  );
  const { status, text } = await get("/console/cases/RF-7K2Q9", await opened.enter());
  expect(status).toBe(200);
  for (const part of [
    "Mes abonnés baissent",
    "Quel est le numéro ?",
    "Je ne l’ai pas",
    "48213",
    "environ 11,96",
    "Garantie de 30 jours",
    'href="https://viplikes.net/refund-policy"',
    "Toujours rien",
    "/console/cases/RF-7K2Q9/evidence/evidence-00000001/view",
    "policy 2025-10-02",
    file.sha256,
  ]) {
    expect(text).toContain(part);
  }
});

test("what a customer typed stays text: no markup, no link, no hidden turn of the reading direction", async () => {
  const typed = `<img src=x onerror=alert(1)> https://evil.test "><script>alert(2)</script>`;
  const file = evidenceOf(
    "evidence-00000001",
    picture,
    "application/pdf",
    `invoice\u202Efdp.exe\u200B<b>`,
  );
  await opened.saveCase(
    {
      number: "RF-7K2Q9",
      record: describedCase({
        facts: [{ label: "Lien", value: `${typed}\u2067` }],
        notes: [typed],
        evidence: [file],
      }),
    },
    [customerSaid("k1", noon, { text: typed, files: [file] })],
  );
  const { text } = await get("/console/cases/RF-7K2Q9", await opened.enter());
  expect(text).not.toMatch(
    /<img src=x|<script(?! type="module" src="\/console\/desk\.js")|<b>|href="https:\/\/evil/u,
  );
  expect(text.match(/&lt;img src=x onerror=alert\(1\)&gt; https:\/\/evil\.test/gu)).toHaveLength(3);
  expect(text).toContain("invoice⟨U+202E⟩fdp.exe⟨U+200B⟩&lt;b&gt;");
  expect(text).toContain("⟨U+2067⟩");
  expect(text).not.toMatch(/[\u202E\u200B\u2067]/u);
});

test("gives a case's file: the cleaned picture in place, the original as a download under a name of ours", async () => {
  const file = evidenceOf("evidence-00000001", picture, "image/png", "page.html", {
    widthPx: 4,
    heightPx: 3,
  });
  await opened.evidence.keep("evidence-00000001", picture, new Uint8Array([1, 2, 3]));
  await opened.saveCase({ number: "RF-7K2Q9" }, [customerSaid("k1", noon, { files: [file] })]);
  const cookie = await opened.enter();

  const view = await opened.app.request("/console/cases/RF-7K2Q9/evidence/evidence-00000001/view", {
    headers: { Cookie: cookie },
  });
  expect([view.status, view.headers.get("content-type")]).toEqual([200, "image/webp"]);
  expect(new Uint8Array(await view.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));

  const original = await opened.app.request(
    "/console/cases/RF-7K2Q9/evidence/evidence-00000001/original",
    { headers: { Cookie: cookie } },
  );
  expect(original.headers.get("content-disposition")).toBe(
    `attachment; filename="RF-7K2Q9-${file.sha256.slice(0, 8)}.png"`,
  );
  expect(new Uint8Array(await original.arrayBuffer())).toEqual(picture);
});

test("refuses a file of another conversation, and a path in an id's place", async () => {
  const file = evidenceOf("evidence-00000001", picture, "image/png", "a.png", {
    widthPx: 1,
    heightPx: 1,
  });
  await opened.evidence.keep("evidence-00000001", picture, picture);
  await opened.saveCase({ number: "RF-7K2Q9" }, [customerSaid("k1", noon, { files: [file] })]);
  await opened.saveCase({ number: "RF-9TT45", record: describedCase({ evidence: [file] }) });
  const cookie = await opened.enter();
  for (const path of [
    "RF-9TT45/evidence/evidence-00000001/view",
    "RF-9TT45/evidence/evidence-00000001/original",
    "RF-7K2Q9/evidence/..%2f..%2fombud.sqlite/original",
    "RF-XXXXX/evidence/evidence-00000001/view",
  ]) {
    expect((await get(`/console/cases/${path}`, cookie)).status, path).toBe(404);
  }
});

test.each([
  "/console/cases/RF-NONE1",
  "/console/cases/%E0%A4%A",
  "/console/nowhere",
  "/console?before=x",
  "/console/deliveries?before=x",
])("answers %s kindly", async (path) => {
  const { status, text } = await get(path, await opened.enter());
  expect(status).toBe(path.includes("before") ? 200 : 404);
  expect(text).toContain("</html>");
});

test("shows in the pictures how many stand in each state, and how many fell silent there", async () => {
  await opened.stand("choosingTopic", 12);
  await opened.stand("choosingTopic", 3, true);
  await opened.stand("filling.drop.askingOrdered", 2);
  await opened.stand("filling.drop.askingDelivered", 1);
  await opened.stand("filling.recurring.askingUsed", 1, true);
  await opened.stand("filling.renamed", 1);
  const { status, text } = await get("/console/chart?lang=en", await opened.enter());
  expect(status).toBe(200);
  const rows = [
    ...text.matchAll(/<code>(.+?)<\/code><\/th>\s*<td>(\d+)<\/td>\s*<td>(\d+)<\/td>/gu),
  ];
  expect(rows.map(([, ...cells]) => cells.join(" "))).toEqual([
    "choosingTopic 12 3",
    "drop 3 0",
    "recurring 0 1",
    "renamed 1 0",
    "askingOrdered 2 0",
    "askingDelivered 1 0",
  ]);
  const badges = [
    ...text.matchAll(/<g class="(here|left)"><rect[^>]*\/><text[^>]*>(\d+)<\/text>/gu),
  ];
  expect(badges.map(([, kind, count]) => `${kind} ${count}`)).toEqual([
    "left 3",
    "here 12",
    "here 3",
    "left 1",
    "here 2",
    "here 1",
  ]);
  expect(text).toContain("Here now 16");
  expect(text).toContain("Left here 4");
  expect(text).toContain("My followers, likes or views dropped");
});

test("serves the pictures' style with its own", async () => {
  expect((await get("/console/style.css")).text).toContain(".chart .title{");
});

test("leads from the list to the pictures, which need a session too", async () => {
  expect((await get("/console", await opened.enter())).text).toContain('href="/console/chart"');
  expect((await get("/console/chart")).status).toBe(401);
});

const rowsOf = (text: string) =>
  [...text.matchAll(/<li class="row">([^]*?)<\/li>/gu)].map(([, row = ""]) =>
    row
      .replace(/<[^>]+>/gu, " ")
      .replace(/\s+/gu, " ")
      .trim(),
  );

test("lists the messages that failed or may have come twice, the latest first, with their case or a short id", async () => {
  const telegram = { channel: "telegram" } as const;
  await opened.saveCase(
    { number: "RF-7K2Q9", conversationId: "anna", ...telegram },
    [botSaid("a-1", "Un"), botSaid("a-2", "Deux"), botSaid("a-3", "Trois")],
    telegram,
  );
  await opened.saveConversation("0123456789abcdef", [botSaid("b-1", "Un")]);
  await opened.end("anna", { outcome: "sent", receipt: "fine" });
  await opened.end("anna", { outcome: "failed", reason: "tooLong" });
  opened.clock.at += minute;
  await opened.end("anna", { outcome: "sent", repeated: true });
  opened.clock.at += minute;
  await opened.end("0123456789abcdef", { outcome: "failed", reason: "blocked" });
  const { status, text } = await get("/console/deliveries?lang=en", await opened.enter());
  expect(status).toBe(200);
  expect(rowsOf(text)).toEqual([
    "01234567 Not delivered The customer has blocked the bot. Web chat this minute 3 October 2026, 12:02",
    "RF-7K2Q9 Perhaps twice The platform did not confirm the first try, so the message was sent again. Telegram 1 minute ago 3 October 2026, 12:01",
    "RF-7K2Q9 Not delivered The message is too long for the platform. Telegram 2 minutes ago 3 October 2026, 12:00",
  ]);
  expect(text).toContain('href="/console/cases/RF-7K2Q9#m2"');
  expect(text).not.toContain("89abcdef");
});

test("says a reason that only the channel knows as it is, as text", async () => {
  await opened.saveCase({ number: "RF-7K2Q9", conversationId: "anna" }, [botSaid("a-1", "Un")]);
  await opened.end("anna", { outcome: "failed", reason: "<b>odd\u202E" });
  const { text } = await get("/console/deliveries?lang=en", await opened.enter());
  expect(text).toContain("The platform refused it (&lt;b&gt;odd⟨U+202E⟩).");
});

test("lists them fifty a page, each once", async () => {
  for (let i = 0; i < 120; i++) {
    const id = `conversation-${i}`;
    await opened.saveConversation(id, [botSaid(`${id}:1:0`, "Un")]);
    await opened.end(id, { outcome: "failed", reason: "tooLong" });
  }
  await opened.saveCase({ number: "RF-7K2Q9" });
  const cookie = await opened.enter();
  const counts: number[] = [];
  let next: string | undefined = "/console/deliveries";
  while (next && counts.length < 4) {
    const { text }: { text: string } = await get(next, cookie);
    counts.push(rowsOf(text).length);
    next = /rel="next" href="([^"]+)"/u.exec(text)?.[1];
  }
  expect(counts).toEqual([50, 50, 20]);
});

test("says that there is nothing to check, and is reached from the cases", async () => {
  const cookie = await opened.enter();
  expect((await get("/console/deliveries", cookie)).text).toContain("Rien à vérifier");
  expect((await get("/console", cookie)).text).toContain('href="/console/deliveries"');
});

test("says on a case what became of its messages, what was edited, answered or refused, and that the customer can't be reached", async () => {
  await opened.saveCase(
    { number: "RF-7K2Q9", conversationId: "anna" },
    [
      botSaid("a-1", "Premier message"),
      customerSaid("k1", noon, { text: "48213", quote: "Quel est le <numéro> ?" }),
      botSaid("a-2", "Deuxième message"),
      customerSaid("k2", noon, { text: "48214", edits: "k1" }),
      customerSaid("k3", noon, { files: [], refused: ["tooLarge", "lost"] }),
      botSaid("a-3", "Troisième message"),
    ],
    { unreachable: { at: noon, reason: "blocked" } },
  );
  await opened.end("anna", { outcome: "sent", receipt: "r" });
  await opened.end("anna", { outcome: "sent", repeated: true });
  await opened.end("anna", { outcome: "failed", reason: "blocked" });
  const { text } = await get("/console/cases/RF-7K2Q9?lang=en", await opened.enter());
  const turns = [
    ...text.matchAll(/<li class="turn[^>]*>([^]*?)<\/li>\s*(?=<li class="turn|<\/ol>)/gu),
  ].map(([, turn = ""]) =>
    turn
      .replace(/<[^>]+>/gu, " ")
      .replace(/\s+/gu, " ")
      .trim(),
  );
  expect(turns).toEqual([
    "Assistant 12:00 Premier message Delivered",
    "Customer 12:00 Quel est le &lt;numéro&gt; ? 48214 Earlier version 48213",
    "Assistant 12:00 Deuxième message Perhaps twice The platform did not confirm the first try, so the message was sent again.",
    "Customer 12:00 Edited message 48214",
    "Customer 12:00 File not taken: too large File not taken: the platform did not hand it over",
    "Assistant 12:00 Troisième message Not delivered The customer has blocked the bot.",
  ]);
  expect(text.replace(/\s+/gu, " ")).toContain(
    "This customer has been out of reach since 3 October 2026 at 12:00 CEST. The customer has blocked the bot.",
  );
});

test("says nothing of reach where a customer can be reached", async () => {
  await opened.saveCase({ number: "RF-7K2Q9" }, [botSaid("a-1", "Un")]);
  const { text } = await get("/console/cases/RF-7K2Q9?lang=en", await opened.enter());
  expect(text).not.toContain("out of reach");
});

test("works over a real socket", async () => {
  const server = serve({ fetch: opened.app.fetch, port: 0, hostname: "127.0.0.1" });
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const entered = await fetch(`http://127.0.0.1:${port}${await opened.enterPath()}`);
    const cookie = entered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const list = await fetch(`http://127.0.0.1:${port}/console`, { headers: { Cookie: cookie } });
    expect([list.status, list.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=UTF-8",
    ]);
  } finally {
    server.close();
  }
});
