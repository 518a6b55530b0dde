import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Use } from "../../../support/discord/watch.ts";
import type { Seen } from "../../../support/discord/seen.ts";
import { openDiscordServer, type DiscordServer } from "../../../support/discord/server.ts";
import {
  type DeskAgent,
  type DiscordDeskShop,
  openDiscordDesk,
  textOf,
} from "../../../support/discord-desk.ts";

const screenshot = readFileSync(new URL("../../../fixtures/files/screenshot.png", import.meta.url));
let server: DiscordServer;
let shop: DiscordDeskShop;
let ida: DeskAgent;
let omar: DeskAgent;
let lea: DeskAgent;

beforeAll(async () => {
  server = await openDiscordServer();
  shop = await openDiscordDesk(server);
  ida = shop.agent("Ida");
  omar = shop.agent("Omar", "agent", "fr");
  lea = shop.agent("Lea", "lead");
});
afterEach(() => {
  server.clearFaults();
  expect(server.faults).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await server.close();
});

type Customer = Awaited<ReturnType<DiscordDeskShop["customer"]>>;

/** The card as it stands; its buttons are pressed by what they do. */
const cardOf = ({ post }: Customer): Seen => ida.message(post.id) as Seen;
const press = (agent: DeskAgent, { post }: Customer, deed: string): Use =>
  agent.press(post.id, `desk:${deed}`);
/** What an agent alone reads in answer to what they used. */
const answer = async (use: Use): Promise<string> =>
  textOf((await vi.waitFor(() => read(use), 5000)) as Seen);
const says = (use: Use, text: string) =>
  vi.waitFor(() => expect(textOf(read(use))).toContain(text), 5000);
function read(use: Use): Seen {
  if (use.state === "failed") throw new Error("it failed");
  if (
    use.state === "waiting" ||
    use.state === "thinking" ||
    !use.reply?.ephemeral ||
    use.reply.loading
  )
    throw new Error(`it is ${use.state}`);
  return use.reply;
}
const quietly = (use: Use) => vi.waitFor(() => expect(isQuiet(use)).toBe(true), 5000);
/** Acknowledged, done, and nothing is left of it. */
const isQuiet = ({ id }: Use): boolean =>
  server.world.interactions.get(id)?.original?.deleted === true;
const said = ({ post }: Customer): string =>
  ida
    .messages(post)
    .filter(({ id, ephemeral }) => id !== post.id && !ephemeral)
    .map(textOf)
    .join("\n");
const taken = async (customer: Customer, agent = ida) => {
  await quietly(press(agent, customer, "take"));
  await vi.waitFor(
    () => expect(cardOf(customer).buttons.map(({ customId }) => customId)).toContain("desk:reply"),
    5000,
  );
};
const lastAudit = async () => (await shop.store.listAudit({ limit: 1 }))[0];

describe("a post", () => {
  it("has the card with its buttons, the case’s tag and a time that counts on", async () => {
    const customer = await shop.customer();
    const card = cardOf(customer);
    expect(card.content).toMatch(new RegExp(`^🟦 ${customer.number} · ⏳ <t:\\d{10}:R>$`, "u"));
    expect(textOf(card)).toContain("suédois");
    expect(card.buttons.map(({ label, url }) => url ?? label)).toEqual([
      "Prendre",
      `http://shop.test/console/cases/${customer.number}`,
    ]);
    expect(server.channel(customer.post.id)?.thread?.tags).toEqual([
      server.forum.tags.find(({ name }) => name === "open")?.id,
    ]);
  });

  it("follows what happens, is closed and locked with the case, and opened again", async () => {
    const customer = await shop.customer();
    await taken(customer);
    await vi.waitFor(() => expect(said(customer)).toContain("Ida a pris la conversation"), 5000);
    const confirm = press(ida, customer, "close");
    await says(confirm, `Close ${customer.number}?`);
    const closing = ida.press((confirm.reply as Seen).id, "desk:on:closed");
    await says(closing, "closed");
    const thread = () => server.channel(customer.post.id)?.thread;
    await vi.waitFor(() => expect(thread()).toMatchObject({ archived: true, locked: true }), 5000);
    expect(thread()?.tags).toEqual([server.forum.tags.find(({ name }) => name === "closed")?.id]);
    await quietly(press(ida, customer, "reopen"));
    await vi.waitFor(
      () => expect(thread()).toMatchObject({ archived: false, locked: false }),
      5000,
    );
  });

  it("is opened anew with its context where somebody deletes it", async () => {
    const customer = await shop.customer();
    await taken(customer);
    ida.text(customer.post, "client fâché");
    await vi.waitFor(async () => expect((await lastAudit())?.what).toBe("noted"), 5000);
    await customer.say("hallå?");
    await vi.waitFor(() => expect(said(customer)).toContain("hallå?"), 5000);
    server.guild.delete(customer.post);
    await customer.say("är ni där?");
    const next = await vi.waitFor(() => {
      const found = [...server.world.channels.values()].find(
        ({ name, id }) => name.startsWith(customer.number) && id !== customer.post.id,
      );
      if (!found) throw new Error("not opened yet");
      return found;
    }, 5000);
    const all = () => ida.messages(next).map(textOf).join("\n");
    // The note stood in the lost post alone.
    await vi.waitFor(() => {
      for (const text of ["Ida a pris", "client fâché", "hallå?", "är ni där?"])
        expect(all()).toContain(text);
    }, 5000);
  });
});

describe("an answer to the customer", () => {
  it("is previewed as the customer reads it and sent once, however often it is pressed", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = ida.command("reply", { text: "Hej *Anna*, jag tittar på det." }, customer.post);
    const shown = await answer(use);
    expect(shown).toContain("This is what the customer will read, in Swedish.");
    expect(shown).toContain("**Ida**\nHej *Anna*, jag tittar på det.");
    expect(customer.heard().join("\n")).not.toContain("Hej *Anna*");
    const { id, buttons } = use.reply as Seen;
    expect(buttons.map(({ label }) => label)).toEqual([
      "Send to the customer, in Swedish",
      "Discard",
    ]);
    const send = buttons[0]?.customId ?? "";
    const [one, two] = [ida.press(id, send), ida.press(id, send)];
    await vi.waitFor(() => expect([one.state, two.state]).toEqual(["updated", "updated"]), 5000);
    await vi.waitFor(() => expect(said(customer)).toContain("Ida\nHej *Anna*, jag"), 5000);
    expect(customer.heard().filter((text) => text.includes("Hej *Anna*"))).toEqual([
      "Ida\nHej *Anna*, jag tittar på det.",
    ]);
  });

  it("comes from the Reply button’s form too, and is discarded without a trace", async () => {
    const customer = await shop.customer();
    await taken(customer);
    press(ida, customer, "reply");
    const modal = await ida.waitForModal();
    expect(modal).toMatchObject({ title: "Reply to the customer" });
    const use = ida.submitModal(modal, { text: "Fel ord" });
    await answer(use);
    const { id, buttons } = use.reply as Seen;
    const discard = ida.press(id, buttons[1]?.customId ?? "");
    await says(discard, "Discarded");
    expect(customer.heard().join("\n")).not.toContain("Fel ord");
  });

  it("is shown whole where it is too long for Discord", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const text = "a*_~`".repeat(590);
    const use = ida.command("reply", { text }, customer.post);
    await answer(use);
    const { attachments, id, buttons } = use.reply as Seen;
    expect(attachments[0]?.bytes.toString()).toBe(`Ida\n${text}`);
    ida.press(id, buttons[0]?.customId ?? "");
    await vi.waitFor(() => expect(customer.heard()).toContain(`Ida\n${text}`), 5000);
    await vi.waitFor(() => expect(said(customer)).toContain(text.slice(-40)), 5000);
  });

  it("waits in its preview until the thread is taken", async () => {
    const customer = await shop.customer();
    const use = ida.command("reply", { text: "Hej!" }, customer.post);
    await says(use, "⚠ Take the thread first");
    const { id, buttons } = use.reply as Seen;
    const early = ida.press(id, buttons[0]?.customId ?? "");
    await early.settled();
    await vi.waitFor(
      async () =>
        expect(await lastAudit()).toMatchObject({ outcome: "refused", reason: "notTaken" }),
      5000,
    );
    await taken(customer);
    ida.press(id, buttons[0]?.customId ?? "");
    await vi.waitFor(() => expect(customer.heard().at(-1)).toBe("Ida\nHej!"), 5000);
  });

  it("is refused once the case was closed meanwhile", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = ida.command("reply", { text: "För sent" }, customer.post);
    await answer(use);
    await customer.act(ida.agent, { type: "closed" });
    const { id, buttons } = use.reply as Seen;
    ida.press(id, buttons[0]?.customId ?? "");
    await vi.waitFor(async () => expect((await lastAudit())?.outcome).toBe("refused"), 5000);
    expect(customer.heard().join("\n")).not.toContain("För sent");
  });
});

describe("a note", () => {
  it("is whatever is written in the post, and is not echoed there", async () => {
    const customer = await shop.customer();
    await taken(customer);
    ida.text(customer.post, "Il attend depuis lundi");
    omar.text(customer.post, "", { files: [{ name: "facture.pdf", bytes: Buffer.from("%PDF") }] });
    await vi.waitFor(async () => {
      const log = await shop.store.readLog(customer.conversationId, 0, 500);
      const notes = log.flatMap(({ body }) =>
        body.type === "event" && body.said?.act === "noted" ? [body.said.text] : [],
      );
      expect(notes).toEqual(["Il attend depuis lundi", "📎 facture.pdf"]);
    }, 5000);
    await customer.say("hallå");
    await vi.waitFor(() => expect(said(customer)).toContain("hallå"), 5000);
    expect(said(customer).match(/Il attend/gu)).toHaveLength(1);
    expect(customer.heard().join("\n")).not.toContain("Il attend");
  });

  it("of /note is shown to the others", async () => {
    const customer = await shop.customer();
    ida.command("note", { text: "Vu avec Omar" }, customer.post);
    await vi.waitFor(() => expect(said(customer)).toContain("📝 Vu avec Omar"), 5000);
    expect((await lastAudit())?.what).toBe("noted");
    const stranger = server.user({ username: "visitor", roles: [server.agents] });
    const use = stranger.command("note", { text: "Moi aussi" }, customer.post);
    await says(use, "list of agents");
    expect(said(customer)).not.toContain("Moi aussi");
  });
});

describe("two agents", () => {
  it("who take a case at once have one owner, and the other is told who", async () => {
    const customer = await shop.customer();
    const uses = [press(ida, customer, "take"), press(omar, customer, "take")];
    await vi.waitFor(() => expect(uses.filter(isQuiet)).toHaveLength(1), 5000);
    const owner = (await customer.entry()).owner?.name;
    const [loser, winner] = owner === "Ida" ? [uses[1], "Ida"] : [uses[0], "Omar"];
    await says(loser as Use, winner);
  });

  it("see what the customer writes once each, and what each other does", async () => {
    const customer = await shop.customer();
    await taken(customer);
    await customer.say("vem är där?");
    await vi.waitFor(() => expect(said(customer)).toContain("vem är där?"), 5000);
    for (const one of [ida, omar, lea])
      expect(
        one
          .messages(customer.post)
          .filter((seen) => seen.id !== customer.post.id && textOf(seen).includes("vem är där?")),
      ).toHaveLength(1);
    await quietly(press(omar, customer, "takeOver"));
    expect((await customer.entry()).owner?.name).toBe("Omar");
  });

  it("work on two desks: what the console does shows here, and its owner is told", async () => {
    const customer = await shop.customer();
    await customer.act(omar.agent, { type: "taken" });
    await vi.waitFor(() => expect(textOf(cardOf(customer))).toContain("Omar"), 5000);
    const use = press(ida, customer, "reply");
    await says(use, "Omar has the thread");
  });
});

describe("a question", () => {
  it("is asked from the menu, in the customer’s language", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = press(ida, customer, "ask");
    await answer(use);
    const menu = use.reply as Seen;
    expect(menu.selects[0]?.options.map(({ label }) => label)).toEqual([
      "A screenshot",
      "The profile link",
      "The date and time",
      "Something else, in your own words",
    ]);
    const chosen = ida.select(menu.id, "desk:on:wanted", ["screenshot"]);
    await says(chosen, "Asked");
    await vi.waitFor(() => expect(customer.heard().at(-1)).toContain("skärmdump"), 5000);
  });

  it("in the agent’s own words is previewed too", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = press(ida, customer, "ask");
    await answer(use);
    ida.select((use.reply as Seen).id, "desk:on:wanted", ["question"]);
    const form = await ida.waitForModal();
    const sent = ida.submitModal(form, { text: "Vilken färg hade den?" });
    await vi.waitFor(
      async () => expect(await answer(sent)).toContain("Vilken färg hade den?"),
      5000,
    );
    const { id, buttons } = sent.reply as Seen;
    ida.press(id, buttons[0]?.customId ?? "");
    await vi.waitFor(() => expect(customer.heard().at(-1)).toContain("Vilken färg"), 5000);
  });
});

/** Fills in the form of this outcome, as far as the preview. */
async function decide(customer: Customer, agent: DeskAgent, outcome: string, values = {}) {
  const use = press(agent, customer, "decide");
  await answer(use);
  const menu = use.reply as Seen;
  const select = menu.selects[0];
  agent.select(menu.id, select?.customId ?? "", [outcome]);
  const form = await agent.waitForModal();
  const sent = agent.submitModal(form, {
    reasons: "Vi har kontrollerat ordern.",
    clauses: ["5.5"],
    ...values,
  });
  const shown = await vi.waitFor(async () => {
    const text = await answer(sent);
    expect(text).not.toContain("Which result?");
    return text;
  }, 5000);
  return { menu, form, shown, reply: sent.reply as Seen };
}

describe("a decision", () => {
  it("has its clause and a preview, and becomes the formal update", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const { menu, form, shown, reply } = await decide(customer, ida, "partialRefund", {
      amount: "11,96",
    });
    expect(menu.selects[0]?.options[0]?.description).toContain("preliminary assessment");
    expect(form.fields.map(({ customId }) => customId)).toEqual(["amount", "clauses", "reasons"]);
    expect(shown).toContain("11,96");
    expect(shown).toContain("Vi har kontrollerat ordern.");
    expect(customer.heard().join("\n")).not.toContain("kontrollerat");
    const sent = ida.press(reply.id, reply.buttons[0]?.customId ?? "");
    await says(sent, "Done");
    await vi.waitFor(
      () => expect(customer.heard().join("\n")).toContain("Vi har kontrollerat ordern."),
      5000,
    );
    expect((await customer.entry()).decision).toMatchObject({
      outcome: "partialRefund",
      amountMinor: 1196,
      clauses: ["5.5"],
    });
    // The formal update stands in the post, once.
    await vi.waitFor(
      () => expect(said(customer).match(/Vi har kontrollerat/gu)).toHaveLength(1),
      5000,
    );
  });

  it("that can’t be made says why at the preview", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const { shown } = await decide(customer, ida, "fullRefund", { amount: "much" });
    expect(shown).toContain("Give the amount");
  });

  it("lapses where the facts have changed since, and says so", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const { reply } = await decide(customer, ida, "noRefund");
    await customer.act(ida.agent, { type: "corrected", question: "orderNumber", text: "48213" });
    const sent = ida.press(reply.id, reply.buttons[0]?.customId ?? "");
    await says(sent, "facts have changed");
  });

  it("above the amount needs a second person, who reads it first", async () => {
    const customer = await shop.customer();
    await taken(customer, lea);
    const { shown, reply } = await decide(customer, lea, "fullRefund", { amount: "600" });
    expect(shown).toContain("a second person has to approve");
    expect(reply.buttons[0]?.label).toBe("Propose this decision");
    lea.press(reply.id, reply.buttons[0]?.customId ?? "");
    await vi.waitFor(
      () =>
        expect(cardOf(customer).buttons.map(({ customId }) => customId)).toContain("desk:approve"),
      5000,
    );
    expect(customer.heard().join("\n")).not.toContain("600");
    await says(press(ida, customer, "approve"), "Your role doesn’t allow this");
    await says(press(lea, customer, "approve"), "Somebody other than");
    const boss = shop.agent("Bo", "admin");
    const use = press(boss, customer, "approve");
    await says(use, "600");
    const { id, buttons } = use.reply as Seen;
    await says(boss.press(id, buttons[0]?.customId ?? ""), "Approved");
    await vi.waitFor(() => expect(customer.heard().join("\n")).toContain("600"), 5000);
  });
});

describe("whoever may not", () => {
  it("is told so alone, and it is recorded", async () => {
    const customer = await shop.customer();
    const stranger = server.user({ username: "stranger", locale: "sv-SE", roles: [server.agents] });
    const use = stranger.press(customer.post.id, "desk:take");
    await says(use, "lista");
    expect(await lastAudit()).toMatchObject({
      what: "taken",
      surface: "discord",
      outcome: "refused",
      reason: "stranger",
      caseNumber: customer.number,
    });
    stranger.text(customer.post, "bonjour");
    await vi.waitFor(
      () => expect(said(customer)).toContain("⚠ Vous n’êtes pas sur la liste"),
      5000,
    );
  });

  it("has left the guild: what was drawn before counts for nothing", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = ida.command("reply", { text: "Från utsidan" }, customer.post);
    await answer(use);
    server.guild.setRoles(ida, []);
    const send = ida.press((use.reply as Seen).id, (use.reply as Seen).buttons[0]?.customId ?? "");
    await send.settled();
    await vi.waitFor(async () => expect((await lastAudit())?.reason).toBe("notMember"), 5000);
    server.guild.setRoles(ida, [server.agents]);
    expect(customer.heard().join("\n")).not.toContain("Från utsidan");
  });

  it("uses a command where no case is", async () => {
    const use = ida.command("take", {}, server.support);
    await says(use, "belongs to no case");
  });
});

it("says on the card that the customer can’t be reached", async () => {
  const customer = await shop.customer();
  await customer.receive({ type: "unreachable", reason: "blocked" });
  await vi.waitFor(() => expect(textOf(cardOf(customer))).toContain("⚠"), 5000);
});

describe("what was sent", () => {
  it("is reworded after a preview, and withdrawn, by the agent who said it", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = ida.command("reply", { text: "Orden kommer i dag" }, customer.post);
    await says(use, "Orden kommer");
    const sent = ida.press((use.reply as Seen).id, (use.reply as Seen).buttons[0]?.customId ?? "");
    await says(sent, "Sent.");
    const { id, buttons } = sent.reply as Seen;
    expect(buttons.map(({ label }) => label)).toEqual(["Change the words", "Withdraw"]);
    ida.press(id, buttons[0]?.customId ?? "");
    const form = await ida.waitForModal();
    expect(form.fields[0]?.value).toBe("Orden kommer i dag");
    const changed = ida.submitModal(form, { text: "Ordern kommer i dag" });
    await says(changed, "Ordern kommer i dag");
    ida.press(id, (changed.reply as Seen).buttons[0]?.customId ?? "");
    await vi.waitFor(() => expect(customer.heard()).toContain("Ida\nOrdern kommer i dag"), 5000);
    await vi.waitFor(() => expect(ida.message(id)?.content).toContain("Sent."), 5000);
    await says(ida.press(id, buttons[1]?.customId ?? ""), "Withdrawn");
    expect(await lastAudit()).toMatchObject({ what: "withdrawn", outcome: "done" });
  });
});

describe("files", () => {
  const picture = { name: "bevis.png", bytes: screenshot };

  it("go with a reply, from the command and from the form", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const use = ida.command("reply", { text: "Se bilden", file: picture }, customer.post);
    await says(use, "📎 bevis.png");
    ida.press((use.reply as Seen).id, (use.reply as Seen).buttons[0]?.customId ?? "");
    await vi.waitFor(
      () => expect(customer.heard()).toContain("Ida\nSe bilden\n\n📎 bevis.png"),
      5000,
    );
    press(ida, customer, "reply");
    const sent = ida.submitModal(await ida.waitForModal(), { text: "", files: [picture] });
    await says(sent, "📎 bevis.png");
    ida.press((sent.reply as Seen).id, (sent.reply as Seen).buttons[0]?.customId ?? "");
    await vi.waitFor(() => expect(customer.heard()).toContain("Ida\n📎 bevis.png"), 5000);
  });

  it("that the shop does not take are refused before anything is sent", async () => {
    const customer = await shop.customer();
    await taken(customer);
    const file = { name: "virus.exe", bytes: Buffer.from("MZ no picture") };
    const use = ida.command("reply", { text: "Se filen", file }, customer.post);
    await says(use, "virus.exe");
    expect((use.reply as Seen).buttons).toEqual([]);
    expect(customer.heard().join("\n")).not.toContain("Se filen");
  });
});
