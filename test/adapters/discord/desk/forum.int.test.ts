import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openSqliteStore } from "../../../../src/adapters/sqlite/store.ts";
import type { Agent } from "../../../../src/core/agent.ts";
import { StoreUnavailable } from "../../../../src/core/errors.ts";
import type { Store } from "../../../../src/ports/store.ts";
import { openDiscordServer, type DiscordServer } from "../../../support/discord/server.ts";
import { type DiscordDeskShop, openDiscordDesk, textOf } from "../../../support/discord-desk.ts";

const screenshot = readFileSync(new URL("../../../fixtures/files/screenshot.png", import.meta.url));
let server: DiscordServer;
let store: Store;
let agents: Map<string, Agent>;
let shop: DiscordDeskShop;
const start = async (repliesAreMarked = true) =>
  (shop = await openDiscordDesk(server, { store, agents, repliesAreMarked }));

beforeEach(async () => {
  server = await openDiscordServer();
  store = openSqliteStore(":memory:");
  agents = new Map();
});
afterEach(async () => {
  await shop.close();
  await store.close();
  await server.close();
  expect(server.faults).toEqual([]);
});

const postsOf = (number: string) =>
  [...server.world.channels.values()].filter(
    ({ parent, name }) => parent === server.forum && name.startsWith(number),
  );
const saidIn = (post: { id: string }): string[] =>
  (server.channel(post.id)?.messages ?? [])
    .filter(({ id }) => id !== post.id)
    .map(({ content, embeds }) => textOf({ content, embeds }));
const inThread = (count: number, text: string, post: { id: string }) =>
  vi.waitFor(
    () => expect(saidIn(post).filter((one) => one.includes(text))).toHaveLength(count),
    8000,
  );
const notesOf = async (conversationId: string) =>
  (await store.readLog(conversationId, 0, 500)).flatMap(({ body }) =>
    body.type === "event" && body.said?.act === "noted" ? [body.said.text] : [],
  );

it("opens a post once where Discord’s answer was lost", async () => {
  await start();
  server.fault({
    fault: { type: "apply-then-drop" },
    method: "POST",
    route: "/channels/{channel_id}/threads",
    times: 1,
  });
  const customer = await shop.customer();
  await customer.act({ id: "ida", name: "Ida", role: "agent" }, { type: "taken" });
  await inThread(1, "Ida a pris la conversation", customer.post);
  expect(postsOf(customer.number)).toHaveLength(1);
});

it("posts once where Discord’s answer was lost, after a restart too", async () => {
  await start();
  const customer = await shop.customer();
  server.fault({
    fault: { type: "apply-then-drop" },
    method: "POST",
    route: "/channels/{channel_id}/messages",
    times: 1,
  });
  await customer.act({ id: "ida", name: "Ida", role: "agent" }, { type: "taken" });
  await inThread(1, "Ida a pris la conversation", customer.post);
  await customer.say("vem är där?");
  await inThread(1, "vem är där?", customer.post);
  expect(saidIn(customer.post).filter((text) => text.includes("a pris"))).toHaveLength(1);
});

it("puts the card back where somebody has deleted its message", async () => {
  await start();
  const ida = shop.agent("Ida");
  const customer = await shop.customer();
  ida.delete(customer.post.id);
  await customer.act(ida.agent, { type: "taken" });
  await vi.waitFor(() => {
    const card = ida.messages(customer.post).find(({ buttons }) => buttons.length > 0);
    expect(card && textOf(card)).toContain("Ida");
  }, 5000);
});

it("takes what agents wrote while it was away, in order, from those who are still there", async () => {
  await start();
  const ida = shop.agent("Ida");
  const leaver = shop.agent("Per");
  const customer = await shop.customer();
  ida.text(customer.post, "avant");
  await vi.waitFor(
    async () => expect(await notesOf(customer.conversationId)).toEqual(["avant"]),
    5000,
  );
  await shop.close();
  for (let count = 1; count <= 120; count++) ida.text(customer.post, `note ${count}`);
  leaver.text(customer.post, "depuis dehors");
  server.guild.leave(leaver);
  // A session of its own that is over: nothing is played again.
  await store.writeMarks((await store.readMarks("discord:session:")).map(({ name }) => ({ name })));
  await start();
  await vi.waitFor(
    async () =>
      expect(await notesOf(customer.conversationId)).toEqual([
        "avant",
        ...Array.from({ length: 120 }, (_, index) => `note ${index + 1}`),
      ]),
    15_000,
  );
  await vi.waitFor(
    async () =>
      expect((await store.listAudit({ limit: 1 }))[0]).toMatchObject({
        outcome: "refused",
        reason: "notMember",
      }),
    5000,
  );
}, 40_000);

it("keeps the order of what an agent writes while the store does not answer", async () => {
  const real = store;
  let fails = 0;
  store = {
    ...store,
    async commit(...given) {
      if (fails-- > 0) throw new StoreUnavailable("commit");
      return real.commit(...given);
    },
  };
  await start();
  const ida = shop.agent("Ida");
  const customer = await shop.customer();
  fails = 1;
  for (const text of ["1", "2", "3"]) {
    ida.text(customer.post, text);
    await delay(300);
  }
  await vi.waitFor(
    async () => expect(await notesOf(customer.conversationId)).toEqual(["1", "2", "3"]),
    5000,
  );
});

it("sends everything but what begins with // where the shop has it so", async () => {
  await start(false);
  const ida = shop.agent("Ida");
  const customer = await shop.customer();
  ida.text(customer.post, "Hej!");
  await inThread(1, "⚠ Prenez d’abord", customer.post);
  await customer.act(ida.agent, { type: "taken" });
  const written = ida.text(customer.post, "Hej, jag tittar på det.");
  await vi.waitFor(() => expect(customer.heard()).toContain("Ida\nHej, jag tittar på det."), 5000);
  ida.edit(written.id, "Hej, jag har tittat på det.");
  await vi.waitFor(
    () => expect(customer.heard()).toContain("Ida\nHej, jag har tittat på det."),
    5000,
  );
  ida.text(customer.post, "// bara för oss");
  await vi.waitFor(
    async () => expect(await notesOf(customer.conversationId)).toEqual(["bara för oss"]),
    5000,
  );
  expect(customer.heard().join("\n")).not.toContain("bara för oss");
});

it("shows the customer’s pictures, each once", async () => {
  await start();
  const customer = await shop.customer();
  const pictures = ["skärm dump.png", "två.png"].map((name, index) => ({
    id: String(index).repeat(32),
    sha256: String(index),
    type: "image/png" as const,
    sizeBytes: screenshot.length,
    name,
    view: { widthPx: 4, heightPx: 4 },
  }));
  for (const { id } of pictures) await shop.evidence.keep(id, screenshot, screenshot);
  for (const file of pictures) await customer.receive({ type: "files", files: [file] });
  await vi.waitFor(() => {
    const attached = (server.channel(customer.post.id)?.messages ?? []).flatMap(
      ({ attachments }) => attachments,
    );
    expect(attached.map(({ name }) => name)).toEqual(["skärm_dump.webp", "två.webp"]);
  }, 5000);
});
