import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Provider } from "oidc-provider";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFileAgents } from "../../../src/adapters/files/agents.ts";
import { createOidcProvider } from "../../../src/adapters/oidc/identity-provider.ts";
import { openConsole } from "../../support/console.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const people: Record<string, { email: string; email_verified: boolean }> = {
  "sub-ida": { email: "other@shop.example", email_verified: true },
  "sub-jean": { email: "jean@shop.example", email_verified: true },
  "sub-liar": { email: "jean@shop.example", email_verified: false },
  "sub-nobody": { email: "nobody@shop.example", email_verified: true },
};
let folder: string;
let desk: ReturnType<typeof serve>;
let idp: Server;
let origin: string;
let issuer: string;
let opened: Awaited<ReturnType<typeof openConsole>>;

/** A browser's cookies, by host and port. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async open(address: string, init: { method?: string; body?: URLSearchParams } = {}) {
    const { host } = new URL(address);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(address, {
      ...init,
      redirect: "manual",
      headers: { Cookie: cookie, "Accept-Language": "en", "Sec-Fetch-Site": "same-origin" },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      if (value === "" || line.includes("Max-Age=0")) jar.delete(name);
      else jar.set(name, value);
    }
    const to = answer.headers.get("location");
    return {
      status: answer.status,
      text: await answer.text(),
      to: to === null ? undefined : new URL(to, address).href,
      cookies: answer.headers.getSetCookie(),
    };
  }

  /** Goes through the provider's pages as this person, up to the address at which it sends them back. */
  async showWho(login: string, address = `${origin}/console/login`): Promise<string> {
    let at: string | undefined = address;
    for (let count = 0; at !== undefined && count < 12; count++) {
      if (at.startsWith(`${origin}/console/login/callback`)) return at;
      const page = await this.open(at);
      const action = /action="([^"]+)"/u.exec(page.text)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/u.exec(page.text)?.[1];
      if (page.to !== undefined || action === undefined) at = page.to;
      else {
        const body = new URLSearchParams({ prompt: prompt ?? "", login, password: "x" });
        at = (await this.open(new URL(action, at).href, { method: "POST", body })).to;
      }
    }
    throw new Error("the provider did not send the browser back");
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-login-"));
  // The provider needs to know the desk's address and the desk the provider's: both listen first.
  idp = createServer().listen(0, "127.0.0.1");
  await once(idp, "listening");
  issuer = `http://localhost:${(idp.address() as AddressInfo).port}`;
  desk = serve({ fetch: (request) => opened.app.fetch(request), port: 0, hostname: "127.0.0.1" });
  await once(desk, "listening");
  origin = `http://localhost:${(desk.address() as AddressInfo).port}`;
  const redirectUri = `${origin}/console/login/callback`;
  const clientSecret = "a-secret-of-the-test-alone";
  const provider = new Provider(issuer, {
    clients: [{ client_id: "ombud", client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people[id] }),
    }),
  });
  idp.on("request", provider.callback());

  const list = join(folder, "agents.json");
  const agents = [
    { id: "ida", name: "Ida", role: "admin", web: [{ issuer, subject: "sub-ida" }] },
    { id: "jean", name: "Jean", role: "agent", web: ["Jean@shop.example"] },
  ];
  writeFileSync(list, JSON.stringify(agents));
  opened = await openConsole(Date.now(), {
    agents: openFileAgents(list, quiet),
    provider: createOidcProvider({
      issuer,
      clientId: "ombud",
      clientSecret,
      label: "Shop ID",
      redirectUri,
    }),
  });
});

afterEach(async () => {
  for (const server of [desk as Server, idp]) {
    server.closeAllConnections();
    server.close();
  }
  await opened.close();
  rmSync(folder, { recursive: true });
});

const lastAudit = async () => (await opened.store.listAudit({ limit: 1 }))[0];

test("lets in whoever is on the list, by issuer and subject", async () => {
  const browser = new Browser();
  expect((await browser.open(`${origin}/console`)).text).toContain("Log in with Shop ID");
  const entered = await browser.open(await browser.showWho("sub-ida"));
  expect(entered.status).toBe(200);
  expect(entered.cookies.find((line) => line.startsWith("ombud_console="))).toContain(
    "HttpOnly; SameSite=Strict",
  );
  const page = await browser.open(`${origin}/console`);
  expect([page.status, page.text.includes("<bdi>Ida</bdi>")]).toEqual([200, true]);
  expect(await lastAudit()).toMatchObject({ what: "loggedIn", outcome: "done", by: { id: "ida" } });
});

test("lets in by a verified e-mail address, and not by one that is not", async () => {
  const jean = new Browser();
  expect((await jean.open(await jean.showWho("sub-jean"))).status).toBe(200);
  expect((await jean.open(`${origin}/console/audit`)).status).toBe(403);
  const liar = new Browser();
  expect((await liar.open(await liar.showWho("sub-liar"))).status).toBe(403);
  expect((await liar.open(`${origin}/console`)).status).toBe(401);
});

test("refuses whoever is not on the list with a sentence, and records who it was", async () => {
  const browser = new Browser();
  const refused = await browser.open(await browser.showWho("sub-nobody"));
  expect([refused.status, refused.text.includes("You are not on the list")]).toEqual([403, true]);
  expect(await lastAudit()).toMatchObject({
    outcome: "refused",
    reason: "unknownPerson",
    detail: `${issuer} sub-nobody`,
  });
});

test("begins with code flow, PKCE, state, nonce and the exact address", async () => {
  const { to = "", cookies } = await new Browser().open(`${origin}/console/login`);
  expect(Object.fromEntries(new URL(to).searchParams)).toEqual({
    client_id: "ombud",
    response_type: "code",
    redirect_uri: `${origin}/console/login/callback`,
    scope: "openid email",
    state: expect.stringMatching(/^[\w-]{43}$/u),
    nonce: expect.stringMatching(/^[\w-]{43}$/u),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/u),
    code_challenge_method: "S256",
  });
  expect(cookies[0]).toMatch(/Max-Age=600; Path=\/console\/login; HttpOnly; SameSite=Lax$/u);
});

test("an answer counts once, and only in the browser that asked", async () => {
  const browser = new Browser();
  const answer = await browser.showWho("sub-ida");
  const stranger = new Browser();
  expect((await stranger.open(answer)).status).toBe(401);
  await stranger.open(`${origin}/console/login`);
  expect((await stranger.open(answer)).status).toBe(401);
  expect((await browser.open(answer)).status).toBe(200);
  expect((await browser.open(answer)).status).toBe(401);
});

test("an answer with another state, issuer or code is refused, and one that comes late", async () => {
  for (const [name, value] of [
    ["state", "x".repeat(43)],
    ["iss", "https://evil.example"],
    ["code", "guess"],
  ] as const) {
    const browser = new Browser();
    const answer = new URL(await browser.showWho("sub-ida"));
    answer.searchParams.set(name, value);
    expect((await browser.open(answer.href)).status, name).toBe(401);
  }
  const late = new Browser();
  const answer = await late.showWho("sub-ida");
  opened.clock.at += 10 * 60_000;
  expect((await late.open(answer)).status).toBe(401);
});

test("whoever cancels at the provider is told so", async () => {
  const browser = new Browser();
  const { to = "" } = await browser.open(`${origin}/console/login`);
  const state = new URL(to).searchParams.get("state") ?? "";
  const query = new URLSearchParams({ error: "access_denied", state, iss: issuer });
  const back = await browser.open(`${origin}/console/login/callback?${query.toString()}`);
  expect(back.status).toBe(401);
  expect(await lastAudit()).toMatchObject({ outcome: "refused", reason: "cancelled" });
});

test("says so when the provider is away, and works when it is back", async () => {
  const { port } = idp.address() as AddressInfo;
  idp.closeAllConnections();
  idp.close();
  await once(idp, "close");
  const browser = new Browser();
  const away = await browser.open(`${origin}/console/login`);
  expect([away.status, away.text.includes("does not answer")]).toEqual([503, true]);
  idp.listen(port, "127.0.0.1");
  await once(idp, "listening");
  expect((await browser.open(await browser.showWho("sub-ida"))).status).toBe(200);
});
