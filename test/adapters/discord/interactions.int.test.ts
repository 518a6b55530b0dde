import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { putPanel, panelOf } from "../../../src/adapters/discord/panel.ts";
import { createRest } from "../../../src/adapters/discord/rest.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import type { HeldInbound } from "../../../src/core/inbound.ts";
import type { Seen } from "../../support/discord/seen.ts";
import { openDiscordServer, type DiscordServer } from "../../support/discord/server.ts";
import { openDiscordBot, systemTime, type DiscordBot } from "../../support/discord-bot.ts";
import { inRoom, openThread, placeIn } from "../../support/discord-customer.ts";
import { library } from "../../support/shop.ts";
import { sleep } from "../../support/work.ts";
import { opus } from "../sharp/corpus.ts";

const screenshot = readFileSync(new URL("../../fixtures/files/screenshot.png", import.meta.url));
let server: DiscordServer;
let bot: DiscordBot;
let accept: (inbound: HeldInbound, on: (inbound: HeldInbound) => Promise<void>) => Promise<void>;
let people = 0;
const somebody = (locale = "en-GB", fields = {}) =>
  server.user({ username: `anna${++people}`, locale, ...fields });

beforeAll(async () => {
  server = await openDiscordServer();
  bot = await openDiscordBot(server, { accept: (inbound, on) => accept(inbound, on) });
});

afterEach(() => {
  accept = (inbound, on) => on(inbound);
  server.clearFaults();
  expect(server.faults).toEqual([]);
});
accept = (inbound, on) => on(inbound);

afterAll(async () => {
  await bot.close();
  await server.close();
});

const lastOf = (person: ReturnType<typeof somebody>) =>
  bot.accepted.findLast(
    ({ conversationId, content }) =>
      // The bot's own sign that it thinks is deleted once it has answered.
      conversationId === `discord-${person.id}` && content.type !== "deleted",
  );
const callback = {
  method: "POST",
  route: "/interactions/{interaction_id}/{interaction_token}/callback",
};
const ephemeral = (seen: readonly Seen[]): string[] =>
  seen.filter((one) => one.ephemeral).map(({ content }) => content);
const plainly = (text: string) => text.replaceAll("\\", "");

describe("the ways in", () => {
  it("are slash commands in the reader’s language", async () => {
    const nora = somebody("sv-SE");
    expect(await openThread(nora, server.support, "återbetalning")).toBeDefined();
    const emile = somebody("fr");
    const customer = await openThread(emile, server.support, "remboursement");
    expect(customer.asks.content).toContain("Quel est le problème");
  });

  it("take an order number along", async () => {
    const anna = somebody();
    const use = anna.command("refund", { order: "48213" }, server.support);
    await expect.poll(() => use.state).toBe("replied");
    expect(lastOf(anna)?.content).toEqual({ type: "started", payload: "48213" });
  });

  it.each([
    ["status", "status"],
    ["human", "person"],
    ["language", "language"],
    ["help", "help"],
  ])("have /%s for what a button does", async (name, command) => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    const use = anna.command(name, {}, customer.place);
    await expect.poll(() => lastOf(anna)?.content).toEqual({ type: "command", command });
    // In the room itself the answer is the message; nothing is left of the command.
    await expect.poll(() => use.reply).toBeUndefined();
  });

  it("have a panel in the channel, which a second posting brings up to date", async () => {
    const rest = createRest({ token: server.token, apiRoot: server.api, clock: systemTime, sleep });
    const panel = panelOf(library.in("sv"), "Viplikes");
    expect(await putPanel(rest, server.support.id, panel)).toBe("new");
    expect(await putPanel(rest, server.support.id, panel)).toBe("updated");
    const anna = somebody("fr");
    const [there, ...others] = anna
      .messages(server.support)
      .filter(({ fromBot, ephemeral: own }) => fromBot && !own);
    expect(others).toEqual([]);
    const use = anna.press(there?.id ?? "", "Få hjälp i en privat tråd");
    await expect.poll(() => use.state).toBe("replied");
    const customer = await inRoom(anna, placeIn(use.reply as Seen));
    expect(customer.asks.content).toContain("Quel est le problème");
    expect(server.channel(customer.place)?.thread?.invitable).toBe(false);
    // Nobody else is in it.
    expect([...(server.channel(customer.place)?.thread?.members.keys() ?? [])].sort()).toEqual(
      [anna.id, server.bot.id].sort(),
    );
    // A second press leads to the same place.
    const again = anna.press(there?.id ?? "", "Få hjälp i en privat tråd");
    await expect.poll(() => again.state).toBe("replied");
    expect(placeIn(again.reply as Seen)).toBe(customer.place);
  });

  it("lead back into a thread that the customer has left", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    anna.leave(customer.place);
    const again = await openThread(anna, server.support);
    expect(again.place).toBe(customer.place);
    expect(server.channel(customer.place)?.thread?.members.has(anna.id)).toBe(true);
  });

  it("open one thread for two presses at once", async () => {
    const anna = somebody();
    const uses = [
      anna.command("refund", {}, server.support),
      anna.command("refund", {}, server.support),
    ];
    await expect
      .poll(() => uses.every(({ state }) => state === "replied"), { timeout: 5000 })
      .toBe(true);
    const places = uses.map(({ reply }) => placeIn(reply as Seen));
    expect(places[0]).toBe(places[1]);
  });

  it("take a thread that a crash has left empty before they open another", async () => {
    const anna = somebody("fr");
    await bot.store.writeMarks([{ name: `discord:opening:${anna.id}`, value: "" }]);
    const next = await openDiscordBot(server, {
      store: bot.store,
      accept: (inbound, on) => accept(inbound, on),
    });
    const left = await createRest({
      token: server.token,
      apiRoot: server.api,
      clock: systemTime,
      sleep,
    }).ask((api) =>
      api.channels.createThread(server.support.id, {
        name: `Assistance · ${anna.user.username}`,
        type: 12,
        invitable: false,
      }),
    );
    await bot.close();
    bot = next;
    expect((await openThread(anna, server.support)).place).toBe(left.id);
  });

  it("have /panel for staff", async () => {
    const boss = somebody("en-GB", { roles: [server.guild.role("Boss", ["MANAGE_GUILD"])] });
    const use = boss.command("panel", {}, server.support);
    await expect.poll(() => use.state).toBe("replied");
    const command = [...server.world.commands.values()].find(
      ({ body }) => body["name"] === "panel",
    );
    expect(command?.body["default_member_permissions"]).toBe("32");
  });

  it("lead into a direct message where the customer prefers one", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    const told = anna.messages(server.support).findLast((seen) => seen.ephemeral);
    anna.press(told?.id ?? "", "In a direct message");
    const there = await inRoom(anna, anna.dmId);
    // Without the welcome, which was said.
    expect(customer.asks.content.endsWith(`\n${there.asks.content}`)).toBe(true);
    expect((await bot.store.load(`discord-${anna.id}`))?.address).toBe(anna.dmId);
  });

  it("lead into a direct message where there is no support channel", async () => {
    const own = await openDiscordServer();
    const alone = await openDiscordBot(own, { supportChannel: undefined });
    const anna = own.user({ username: "anna" });
    anna.command("refund", {}, own.support);
    await inRoom(anna, anna.dmId);
    await alone.close();
    await own.close();
    expect(own.faults).toEqual([]);
  });

  it("are a plain direct message, too", async () => {
    const anna = somebody();
    anna.text("dm", "my followers are gone");
    await inRoom(anna, anna.dmId);
  });
});

describe("a press", () => {
  it("is deferred in time when the store is slow, and disabled when it is taken", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    accept = async (inbound, on) => {
      await delay(2500);
      await on(inbound);
    };
    const { id, selects } = customer.asks;
    const began = Date.now();
    const use = anna.select(id, selects[0]?.customId ?? "", ["topic:drop"]);
    expect(await use.settled()).not.toBe("failed");
    expect(Date.now() - began).toBeLessThan(2400);
    await expect.poll(() => anna.message(id)?.selects[0]?.disabled, { timeout: 4000 }).toBe(true);
  });

  it("that could not be taken asks to press again, in the customer’s language, and does then", async () => {
    const anna = somebody("fr");
    const customer = await openThread(anna, server.support);
    accept = async () => {
      throw new Error("a fault of ours");
    };
    const { id, selects } = customer.asks;
    anna.select(id, selects[0]?.customId ?? "", ["topic:drop"]);
    await expect
      .poll(() => ephemeral(anna.messages(customer.place)).join())
      .toContain("Appuyez de nouveau");
    accept = (inbound, on) => on(inbound);
    await customer.does({ press: "topic:drop" }, "fr");
  });

  it("that the store keeps refusing asks to press again behind its defer", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    accept = async () => {
      throw new StoreUnavailable("write");
    };
    const { id, selects } = customer.asks;
    const use = anna.select(id, selects[0]?.customId ?? "", ["topic:drop"]);
    expect(await use.settled()).toBe("updated");
    await expect
      .poll(() => ephemeral(anna.messages(customer.place)).join(), { timeout: 15_000 })
      .toContain("press again");
    expect(anna.message(id)?.selects[0]?.disabled).toBe(false);
  });

  it.each([10062, 40060])(
    "whose acknowledgement Discord refuses is taken all the same (%s)",
    async (code) => {
      const anna = somebody();
      const customer = await openThread(anna, server.support);
      server.fault({ ...callback, fault: { type: "refuse", code, status: 400 } });
      await customer.does({ press: "topic:drop" }, "en");
      expect(customer.heard().filter((line) => line.includes("press again"))).toEqual([]);
    },
  );

  it.each([10062, 40060])(
    "that could be neither taken nor acknowledged is told of in the room, once (%s)",
    async (code) => {
      const anna = somebody();
      const customer = await openThread(anna, server.support);
      server.fault({ ...callback, fault: { type: "refuse", code, status: 400 } });
      accept = async () => {
        throw new Error("a fault of ours");
      };
      const { id, selects } = customer.asks;
      anna.select(id, selects[0]?.customId ?? "", ["topic:drop"]);
      await expect
        .poll(() => customer.heard().filter((line) => line.includes("press again")))
        .toHaveLength(1);
    },
  );

  it("in a thread is the customer’s alone: staff who see it press nothing", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    const agent = somebody("en-GB", { roles: [server.agents] });
    const { id, selects } = customer.asks;
    const use = agent.select(id, selects[0]?.customId ?? "", ["topic:drop"]);
    expect(await use.settled()).toBe("replied");
    expect(use.reply?.content).toContain("another conversation");
    expect(await bot.store.load(`discord-${agent.id}`)).toBeUndefined();
    agent.text(customer.place, "I am staff");
    await customer.does({ press: "topic:drop" }, "en");
    expect(
      bot.accepted.filter(({ conversationId }) => conversationId === `discord-${agent.id}`),
    ).toEqual([]);
  });
});

describe("a form", () => {
  it("takes what every case needs at once, the screenshot with it", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    await customer.does({ press: "topic:other" }, "en");
    await customer.does({ write: "48213" }, "en");
    anna.press(customer.asks.id, "Answer in a form");
    const modal = await anna.waitForModal();
    expect(modal.fields.map(({ customId, kind, required }) => [customId, kind, required])).toEqual([
      ["description", "text", true],
      ["service", "text", false],
      ["links", "text", false],
      ["pictures", "files", false],
    ]);
    const use = anna.submitModal(modal, {
      description: "This is what happened since Monday",
      service: "Instagram followers",
      links: "instagram.com/me",
      pictures: [{ name: "screenshot.png", bytes: screenshot }],
    });
    expect(await use.settled()).toBe("updated");
    const review = await anna.waitForMessage(
      customer.place,
      ({ content, buttons }) => content.includes("Instagram followers") && buttons.length > 0,
    );
    expect(plainly(review.content)).toContain("instagram.com/me");
    expect(review.content).toContain("1 file");
  });

  it("of one figure is one line", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    await customer.does({ press: "topic:drop" }, "en");
    anna.press(customer.asks.id, "Answer in a form");
    const modal = await anna.waitForModal();
    expect(modal.fields).toMatchObject([{ customId: "orderNumber", long: false, required: true }]);
    anna.submitModal(modal, { orderNumber: "48213" });
    await expect
      .poll(() => lastOf(anna)?.content)
      .toEqual({ type: "form", answers: { orderNumber: "48213" } });
  });
});

describe("what customers send", () => {
  it("is copied at once, by a fresh link where the first has expired", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    let expired = false;
    accept = async (inbound, on) => {
      if (inbound.content.type === "attachments" && !expired) {
        expired = true;
        server.links.expire();
      }
      await on(inbound);
    };
    await customer.does({ picture: true }, "en");
    const log = await bot.store.readLog(`discord-${anna.id}`, 0, 100);
    const files = log.flatMap(({ body }) =>
      body.type === "event" ? (body.said?.files ?? []) : [],
    );
    expect(files).toMatchObject([
      { type: "image/png", name: "screenshot.png", sizeBytes: screenshot.length },
    ]);
  });

  it("is lost where the message is gone as well, and said so", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    accept = async (inbound, on) => {
      if (inbound.content.type === "attachments") {
        server.links.expire();
        server.fault({
          method: "GET",
          route: "/channels/{channel_id}/messages/{message_id}",
          fault: { type: "refuse", code: 10008, status: 404 },
        });
      }
      await on(inbound);
    };
    await customer.does({ picture: true }, "en");
    const log = await bot.store.readLog(`discord-${anna.id}`, 0, 100);
    expect(
      log.flatMap(({ body }) => (body.type === "event" ? (body.said?.refused ?? []) : [])),
    ).toEqual(["lost"]);
  });

  it("may be a sticker, which the bot can’t use, or a voice message", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    anna.sticker(customer.place);
    await expect
      .poll(() => lastOf(anna)?.content)
      .toEqual({ type: "unsupported", kind: "sticker" });
    anna.voiceMessage(customer.place, opus);
    await expect
      .poll(() => lastOf(anna)?.content)
      .toMatchObject({ type: "attachments", files: [{ name: "voice-message.ogg" }] });
    const words = library.in("en").text("bot:unsupported.voice");
    await anna.waitForMessage(customer.place, ({ content }) => content.includes(words), 20_000);
  });

  it("may answer a message, whose beginning is kept", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    anna.text(customer.place, "48213", { replyTo: customer.asks.id });
    await expect.poll(() => lastOf(anna)?.quote).toMatch(/^Hello 👋/u);
  });

  it("may be edited: the answer changes", async () => {
    const anna = somebody();
    const customer = await openThread(anna, server.support);
    await customer.does({ press: "topic:drop" }, "en");
    const said = anna.text(customer.place, "48213");
    await anna.waitForMessage(customer.place, ({ content }) => content.includes("How far along"));
    anna.edit(said.id, "48214");
    await expect
      .poll(() => lastOf(anna)?.content)
      .toEqual({ type: "edited", of: `discord:m:${said.id}`, text: "48214" });
    await expect
      .poll(() => bot.store.load(`discord-${anna.id}`))
      .toMatchObject({ snapshot: { context: { answers: { orderNumber: "48214" } } } });
  });

  it("in a public channel is no conversation", async () => {
    const anna = somebody();
    anna.text(server.support, "hello");
    anna.text("dm", "now");
    await inRoom(anna, anna.dmId);
    expect(
      bot.accepted.filter(({ conversationId }) => conversationId === `discord-${anna.id}`),
    ).toHaveLength(1);
  });
});
