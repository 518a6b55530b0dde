import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { plain } from "../../src/adapters/discord/markdown.ts";
import { startBot, type Bot } from "../support/bot.ts";
import { createChance } from "../support/chance.ts";
import { createCustomer } from "../support/customer.ts";
import type { Person } from "../support/discord/people.ts";
import type { Seen } from "../support/discord/seen.ts";
import { openDiscordServer, type DiscordServer } from "../support/discord/server.ts";
import { locales, openThread } from "../support/discord-customer.ts";

const words = {
  fr: { hello: "Bonjour, je regarde votre commande.", reasons: "Nous avons vérifié la baisse." },
  sv: { hello: "Hej, jag tittar på din order.", reasons: "Vi har kontrollerat tappet." },
} as const;
const patience = { timeout: 20_000, interval: 50 };

let folder: string;
let server: DiscordServer;
let bot: Bot | undefined;
let ida: Person;
let settings: Record<string, string>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-desk-discord-"));
  server = await openDiscordServer();
  ida = server.user({ username: "ida", locale: "en-GB", roles: [server.agents] });
  const list = join(folder, "agents.json");
  writeFileSync(list, JSON.stringify([{ id: "ida", name: "Ida", role: "admin", discord: ida.id }]));
  settings = {
    DISCORD_BOT_TOKEN: server.token,
    DISCORD_API_ROOT: server.api,
    DISCORD_SUPPORT_CHANNEL: server.support.id,
    DESK_DISCORD_CHANNEL: server.forum.id,
    AGENTS_FILE: list,
    LOG_LEVEL: "silent",
  };
});
afterEach(async () => {
  await bot?.stop("SIGKILL");
  bot = undefined;
  expect(server.faults).toEqual([]);
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(language: "fr" | "sv"): Promise<Bot> {
  bot = await startBot(join(folder, "data"), { ...settings, DEFAULT_LANGUAGE: language });
  await server.gateway.whenConnected();
  await vi.waitFor(() => expect(server.world.commands.size).toBe(17), patience);
  return bot;
}

/** A customer of any channel, as far as the agent is concerned. */
interface Anybody {
  askForPerson(): Promise<void>;
  heard(): string;
}

async function onDiscord(language: "fr" | "sv"): Promise<Anybody> {
  const person = server.user({ username: "anna", locale: locales[language] });
  const { place, heard } = await openThread(person, server.support);
  return {
    async askForPerson() {
      person.command("human", {}, place);
    },
    heard: () => heard().join("\n"),
  };
}

async function onTheWeb({ url }: Bot, language: "fr" | "sv"): Promise<Anybody> {
  const customer = createCustomer(url, createChance(7), AbortSignal.timeout(60_000));
  const asks = await customer.open();
  const person =
    language === "fr" ? "Je voudrais parler à une personne" : "Jag vill prata med en människa";
  return {
    askForPerson: async () => void (await customer.say({ text: person })),
    heard: () => JSON.stringify([asks, ...customer.seen]),
  };
}

const post = (): Promise<{ id: string }> =>
  vi.waitFor(() => {
    const found = [...server.world.channels.values()].find(({ parent }) => parent === server.forum);
    if (!found) throw new Error("no post");
    return found;
  }, patience);
const card = (id: string): Seen => ida.message(id) as Seen;
const offers = (id: string, deed: string) =>
  vi.waitFor(
    () => expect(card(id).buttons.map(({ customId }) => customId)).toContain(`desk:${deed}`),
    patience,
  );
/** The preview of what was just written, with its button to send it. */
const preview = (place: { id: string }, text: string): Promise<Seen> =>
  vi.waitFor(() => {
    const found = ida
      .messages(place)
      .findLast(
        ({ ephemeral, embeds, buttons }) =>
          ephemeral && buttons.length > 0 && plain(JSON.stringify(embeds)).includes(text),
      );
    if (!found) throw new Error("no preview");
    return found;
  }, patience);
const send = ({ id, buttons }: Seen) => ida.press(id, buttons[0]?.customId ?? "");

async function decide(place: { id: string }, reasons: string): Promise<Seen> {
  ida.press(place.id, "desk:decide");
  const menu = await ida.waitForMessage(place, ({ selects }) => selects.length > 0, 20_000);
  ida.select(menu.id, menu.selects[0]?.customId ?? "", ["noRefund"]);
  const form = await ida.waitForModal(20_000);
  ida.submitModal(form, { clauses: ["5.5"], reasons });
  return preview(place, reasons);
}

describe.each(["fr", "sv"] as const)("in %s", (language) => {
  const own = words[language];

  it.each(["Discord", "the web chat"])(
    "a customer on %s asks for a person and gets an agent’s answer and the formal update",
    async (channel) => {
      const running = await start(language);
      const customer =
        channel === "Discord" ? await onDiscord(language) : await onTheWeb(running, language);
      await customer.askForPerson();
      const place = await post();
      await offers(place.id, "take");
      ida.press(place.id, "desk:take");
      await offers(place.id, "reply");
      ida.command("reply", { text: own.hello }, place);
      send(await preview(place, own.hello));
      await vi.waitFor(() => expect(customer.heard()).toContain(own.hello), patience);
      send(await decide(place, own.reasons));
      await vi.waitFor(() => expect(customer.heard()).toContain(own.reasons), patience);
      const told = () =>
        ida
          .messages(place)
          .filter((one) => !one.ephemeral && one.id !== place.id)
          .map(({ content }) => plain(content))
          .join("\n");
      await vi.waitFor(() => expect(told()).toContain(own.reasons), patience);
      expect(told().split(own.hello)).toHaveLength(2);
    },
    90_000,
  );
});

it("a kill at the press of Send loses no answer and no decision, and tells none twice", async () => {
  await start("sv");
  const customer = await onDiscord("sv");
  await customer.askForPerson();
  const place = await post();
  await offers(place.id, "take");
  ida.press(place.id, "desk:take");
  await offers(place.id, "reply");
  const killedAt = async (shown: Seen, waitMs: number) => {
    send(shown);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    await bot?.stop("SIGKILL");
    await start("sv");
    // Whatever became of the first, the same button sends it, once.
    const [button] = shown.buttons;
    const now = ida.message(shown.id)?.buttons ?? [];
    if (now.some(({ customId }) => customId === button?.customId)) send(shown);
  };
  for (const [count, waitMs] of [0, 5, 20, 60].entries()) {
    const text = `Svar nummer ${count}`;
    ida.command("reply", { text }, place);
    await killedAt(await preview(place, text), waitMs);
    await vi.waitFor(() => expect(customer.heard()).toContain(text), patience);
  }
  await killedAt(await decide(place, words.sv.reasons), 10);
  await vi.waitFor(() => expect(customer.heard()).toContain(words.sv.reasons), patience);
  for (const text of [
    "Svar nummer 0",
    "Svar nummer 1",
    "Svar nummer 2",
    "Svar nummer 3",
    words.sv.reasons,
  ])
    expect(customer.heard().split(text)).toHaveLength(2);
}, 180_000);
