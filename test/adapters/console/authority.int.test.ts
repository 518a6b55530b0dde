import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { routeName, routeRules } from "../../../src/adapters/console/routes.ts";
import { openFileAgents } from "../../../src/adapters/files/agents.ts";
import { createAuditedAct } from "../../../src/app/audited-act.ts";
import { createReceiver } from "../../../src/app/receive.ts";
import { type ActContent, type ActType, leastRole } from "../../../src/core/act.ts";
import { type Agent, isAtLeast, roles } from "../../../src/core/agent.ts";
import { ActRefused } from "../../../src/core/errors.ts";
import type { Flow } from "../../../src/core/flow.ts";
import { openConsole } from "../../support/console.ts";

const noon = Date.UTC(2026, 9, 3, 10, 0);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const agents: readonly Agent[] = roles.map((role) => ({ id: `the-${role}`, name: role, role }));
const admin: Agent = { id: "first", name: "First", role: "admin" };
const leaver: Agent = { id: "leaver", name: "Leaver", role: "admin" };
let folder: string;
let list: string;
let opened: Awaited<ReturnType<typeof openConsole>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-authority-"));
  list = join(folder, "agents.json");
  writeFileSync(list, JSON.stringify([admin, leaver, ...agents]));
  opened = await openConsole(noon, { agents: openFileAgents(list, quiet) });
  await opened.saveCase({ number: "RF-7K2Q9" });
});
afterEach(async () => {
  await opened.close();
  rmSync(folder, { recursive: true });
});

/** The cookie of a new session of somebody on the list. */
async function enterAs({ id }: Agent): Promise<string> {
  const all: readonly Agent[] = [admin, leaver, ...agents];
  const others = all.filter((one) => one.id !== id);
  const own = all.find((one) => one.id === id);
  // The link lets in the first admin: so this person is that for a moment.
  writeFileSync(list, JSON.stringify([{ ...own, role: "admin" }, ...others]));
  const cookie = await opened.enter();
  writeFileSync(list, JSON.stringify(all));
  if (own?.role === "admin") return cookie;
  // Whose role has changed is out, so the session is written as a log-in would have.
  const hash = opened.hashOf(cookie);
  const session = { agentId: id, role: own?.role ?? "agent", openedAt: noon, seenAt: noon };
  await opened.store.openSession({ hash, ...session }, hash);
  return cookie;
}

const routes = () =>
  [
    ...new Set(
      opened.app.routes
        .filter(({ method }) => method !== "ALL")
        .map(({ method, path }) => routeName(method, path)),
    ),
  ].toSorted();

async function ask(route: string, headers: Record<string, string>): Promise<number> {
  const [method = "", pattern = ""] = route.split(" ");
  const path = pattern.replace(":number", "RF-7K2Q9").replace(":id", "x");
  const answer = await opened.app.request(`/console${path === "/" ? "" : path}`, {
    method,
    headers: { "Sec-Fetch-Site": "same-origin", ...headers },
  });
  return answer.status;
}

const closed = Object.keys(routeRules).filter((route) => routeRules[route] !== "anyone");
const posts = closed.filter((route) => !route.startsWith("GET "));

test("every route has a rule, and every rule a route", () => {
  expect(routes()).toEqual(Object.keys(routeRules).toSorted());
});

describe.each(closed)("%s", (route) => {
  test("is closed to whoever is not logged in", async () => {
    expect(await ask(route, {})).toBe(401);
    expect(await ask(route, { Cookie: "ombud_visitor=anna.signature" })).toBe(401);
  });

  test("is closed to a session that was logged out and is played again", async () => {
    const cookie = await enterAs(admin);
    expect(await ask("POST /logout", { Cookie: cookie })).toBe(200);
    expect(await ask(route, { Cookie: cookie })).toBe(401);
  });

  test("is closed to whoever has left, and to whoever has another role now", async () => {
    const left = await enterAs(leaver);
    const changed = await enterAs(admin);
    writeFileSync(list, JSON.stringify([agents[2], { ...admin, role: "agent" }]));
    expect(await ask(route, { Cookie: left })).toBe(401);
    expect(await ask(route, { Cookie: changed })).toBe(401);
    writeFileSync(list, JSON.stringify([admin, leaver]));
    expect(await ask(route, { Cookie: left })).toBe(401);
  });

  test.each(agents)("is open to $role as its rule says", async (agent) => {
    const rule = routeRules[route];
    if (rule === undefined || rule === "anyone") throw new TypeError("no rule");
    const status = await ask(route, { Cookie: await enterAs(agent) });
    if (isAtLeast(agent, rule)) expect([200, 404]).toContain(status);
    else {
      expect(status).toBe(403);
      const [row] = await opened.store.listAudit({ limit: 1 });
      expect(row).toMatchObject({ outcome: "refused", reason: "notAllowed", by: agent });
    }
  });
});

describe.each(posts)("%s", (route) => {
  test.each([
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { "Sec-Fetch-Site": "none" },
    { "Sec-Fetch-Site": "cross-site", Origin: "http://localhost" },
  ])("is refused with %o, and nothing is done", async (headers) => {
    const cookie = await enterAs(admin);
    expect(await ask(route, { ...headers, Cookie: cookie })).toBe(403);
    const [row] = await opened.store.listAudit({ limit: 1 });
    expect(row).toMatchObject({ outcome: "refused", reason: "crossSite", by: admin });
    expect(await ask("GET /", { Cookie: cookie })).toBe(200);
  });

  test("goes by Origin where a browser does not say Sec-Fetch-Site", async () => {
    const cookie = await enterAs(admin);
    const post = async (origin?: string) =>
      (
        await opened.app.request(`/console${route.split(" ")[1]}`, {
          method: "POST",
          headers: { Cookie: cookie, ...(origin && { Origin: origin }) },
        })
      ).status;
    expect(await post("https://evil.example")).toBe(403);
    expect(await post("null")).toBe(403);
    expect(await post()).toBe(403);
    expect(await post("http://localhost")).not.toBe(403);
  });
});

test("attempts to log in are limited", async () => {
  const statuses = [];
  for (let count = 0; count < 25; count++) statuses.push(await ask("GET /enter", {}));
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  opened.clock.at += 6_000;
  expect(await ask("GET /enter", {})).toBe(401);
});

test("log-ins and log-outs stand in the audit log, with who it was", async () => {
  const cookie = await enterAs(admin);
  await ask("POST /logout", { Cookie: cookie });
  expect(await opened.store.listAudit({ limit: 9 })).toMatchObject([
    { what: "loggedOut", outcome: "done", by: admin },
    { what: "loggedIn", outcome: "done", by: admin },
  ]);
});

test("a log-in closes the session that the browser had", async () => {
  const first = await enterAs(admin);
  await opened.app.request(await opened.enterPath(), { headers: { Cookie: first } });
  expect(await ask("GET /", { Cookie: first })).toBe(401);
});

test("the header says who is logged in, and the audit page what was done", async () => {
  const cookie = await enterAs(agents[1] as Agent);
  const page = await opened.app.request("/console/audit?lang=en", { headers: { Cookie: cookie } });
  const text = await page.text();
  expect(text).toContain("<bdi>lead</bdi>");
  expect(text).toContain('action="/console/logout"');
  expect(text).toContain("Log-in");
  expect(text).not.toContain("not as they were written");
});

/** Whatever an act of this type carries; the receiver's rule comes before it is read. */
const acts = (Object.keys(leastRole) as ActType[]).map((type) => ({ type }));

describe.each(acts)("the act $type", ({ type }) => {
  test.each(agents)("is $role's as its rule says, and stands in the audit log", async (agent) => {
    const { act } = createReceiver({
      flow: {} as Flow,
      store: opened.store,
      texts: {
        in: () => {
          throw new TypeError("nothing is said");
        },
      },
      clock: opened.clock,
      log: quiet,
      defaultLanguage: "fr",
      committed: () => undefined,
    });
    const trail = opened.store;
    const audited = createAuditedAct({
      act,
      trail,
      clock: opened.clock,
      log: quiet,
      surface: "console",
    });
    const content = { type } as ActContent;
    const tried = audited({
      key: "k",
      conversationId: "nobody",
      caseNumber: "RF-1",
      agent,
      content,
    });
    await expect(tried).rejects.toBeInstanceOf(ActRefused);
    // There is no such conversation: whoever may act is told that instead.
    const reason = isAtLeast(agent, leastRole[type]) ? "noCase" : "notAllowed";
    const [row] = await opened.store.listAudit({ limit: 1 });
    expect(row).toMatchObject({ what: type, outcome: "refused", reason, by: agent });
  });
});
