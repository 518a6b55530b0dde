import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RefundContext } from "../../../flows/refund/context.ts";
import { standing } from "../../../flows/refund/standing.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { choicesOf, openChat, sunday } from "../../support/shop.ts";
import { day, hour, picture } from "./dialogue.ts";

let chat: ReturnType<typeof openChat>;
beforeEach(() => {
  chat = openChat("fr");
});
afterEach(() => chat.store.close());

const textOf = (messages: readonly Message[]) => messages.map(plainText).join("\n\n");
const stored = async () => {
  const conversation = await chat.store.load(chat.conversationId);
  if (!conversation) throw new Error("no conversation is stored");
  return conversation;
};
const contextNow = async () => (await stored()).snapshot.context as RefundContext;
const placeNow = async () => {
  const { place, question } = standing((await stored()).snapshot);
  return question ?? place;
};
const atProgress = async () => {
  await chat.press("topic:notDelivered");
  await chat.type("48213");
};

describe("answers", () => {
  it("are taken as a label, a beginning of one, or its number", async () => {
    for (const typed of ["Elle n’a pas commencé", "1", "1."]) {
      const own = openChat("fr");
      await own.press("topic:notDelivered");
      const asked = await own.type("48213");
      const label = asked.at(-1)?.choices[0]?.label ?? "";
      await own.type(typed.startsWith("1") ? typed : label.toLowerCase());
      const { context } = (await own.store.load(own.conversationId))?.snapshot ?? {};
      expect((context as RefundContext).answers.progress, typed).toBe("notStarted");
      await own.store.close();
    }
  });

  it("are said back where they can be read in two ways", async () => {
    await chat.press("topic:drop");
    await chat.type("48213");
    await chat.press("progress:completed");
    expect(textOf(await chat.type("12.345"))).toMatch(/12\s345/u);
    expect((await contextNow()).answers.ordered).toBe(12_345);
  });

  it("that can't be are refused with an example, and a person is offered after the second", async () => {
    await chat.press("topic:drop");
    await chat.type("48213");
    await chat.press("progress:completed");
    await chat.type("1000");
    const first = await chat.type("1500");
    expect(first.at(-1)?.blocks[0]?.type).toBe("notice");
    expect(choicesOf(first)[0]).not.toBe("person");
    const second = await chat.type("-5");
    expect(choicesOf(second)[0]).toBe("person");
    expect(choicesOf(await chat.type("800"))[0]).not.toBe("person");
  });

  it("of ignorance never become a guess", async () => {
    await chat.press("topic:account");
    await chat.type("48213");
    await chat.press("loggedIn:no");
    await chat.type("aucune idée");
    expect((await contextNow()).answers.proxy).toBe("unknown");
  });

  it("come several at once from a form", async () => {
    await chat.press("topic:drop");
    await chat.send({
      type: "form",
      answers: { orderNumber: "48213", progress: "completed", ordered: "1000", delivered: "1000" },
    });
    expect(await placeNow()).toBe("countAtStart");
  });

  it("are corrected by an edit of the text that gave them", async () => {
    await chat.press("topic:drop");
    await chat.type("48213", "first");
    await chat.press("progress:completed");
    await chat.send({ type: "edited", of: "first", text: "commande 99887" });
    expect((await contextNow()).answers.orderNumber).toBe("99887");
    expect(await placeNow()).toBe("ordered");
  });

  it("that an edit corrects too late change nothing", async () => {
    await chat.type("une personne", "first");
    const before = (await contextNow()).answers;
    expect(textOf(await chat.send({ type: "edited", of: "first", text: "autre chose" }))).not.toBe(
      "",
    );
    expect((await contextNow()).answers).toEqual(before);
  });
});

describe("buttons", () => {
  it("pressed twice count once", async () => {
    await atProgress();
    const { promptedRevision } = await stored();
    await chat.send({ type: "pressed", choice: "back", revision: promptedRevision });
    await chat.send({ type: "pressed", choice: "back", revision: promptedRevision });
    expect(await placeNow()).toBe("orderNumber");
  });

  it("of an earlier question bring the present one again", async () => {
    await atProgress();
    await chat.press("progress:notStarted");
    const again = await chat.press("progress:completed");
    expect((await contextNow()).answers.progress).toBe("notStarted");
    expect(choicesOf(again)).toContain("startDue:passed");
  });

  it.each([
    "",
    "nonsense",
    "progress:nonsense",
    "topic:nonsense",
    "__proto__:x",
    "constructor",
    "language:de",
    "change:nonsense",
  ])("that nobody offered change nothing: %j", async (id) => {
    await atProgress();
    const before = await contextNow();
    await chat.press(id);
    expect((await contextNow()).answers).toEqual(before.answers);
    expect(await placeNow()).toBe("progress");
  });
});

describe("from every question", () => {
  it("a person can be had, by word and by button, and the case keeps what was said", async () => {
    await atProgress();
    const answer = await chat.type("Je veux parler à quelqu’un svp");
    expect(textOf(answer)).toMatch(/RF-[2-9A-Z]{5}/);
    const [entry] = await chat.store.listCases({ limit: 1 });
    expect(entry).toMatchObject({
      kind: "humanReview",
      reason: "customerAsked",
      topic: "notDelivered",
    });
    expect(JSON.stringify(entry?.record)).toContain("48213");
  });

  it("the language can be changed without losing an answer", async () => {
    await atProgress();
    const swedish = await chat.press("language:sv");
    expect(swedish.at(-1)?.language).toBe("sv");
    expect(await placeNow()).toBe("progress");
    expect((await contextNow()).answers.orderNumber).toBe("48213");
    expect((await chat.type("in english please")).at(-1)?.language).toBe("en");
  });

  it("back goes to the question before, and from the first to the topics", async () => {
    await atProgress();
    await chat.type("retour");
    expect(await placeNow()).toBe("orderNumber");
    await chat.press("back");
    expect(await placeNow()).toBe("choosingTopic");
  });

  it("starting over can be undone", async () => {
    await atProgress();
    const over = await chat.type("recommencer");
    expect(choicesOf(over)).toContain("restore");
    await chat.press("restore");
    expect(await placeNow()).toBe("progress");
    expect((await contextNow()).answers.orderNumber).toBe("48213");
  });
});

describe("the first words", () => {
  it.each([
    ["j'ai perdu 300 abonnés depuis hier", "drop"],
    ["rien reçu du tout", "notDelivered"],
    ["Jag har inte fått något", "notDelivered"],
    ["mina följare har minskat", "drop"],
    ["je veux annuler, arrêtez la livraison", "stopDelivery"],
    ["min prenumeration förnyades", "recurring"],
    ["le compte twitter ne marche pas, mot de passe faux", "account"],
  ])("name a topic: %s", async (text, topic) => {
    await chat.type(text);
    expect((await contextNow()).topic).toBe(topic);
  });

  it("that name none are kept as the description", async () => {
    await chat.type("Bonjour, votre équipe peut-elle regarder cela ?");
    await chat.press("topic:other");
    await chat.type("48213");
    expect((await contextNow()).answers.description).toContain("votre équipe");
    expect(await placeNow()).not.toBe("description");
  });

  it.each([
    "",
    "   ",
    "🤷🤷🤷",
    "\u200b\u200f\u202e",
    "<script>alert(1)</script>",
    "x".repeat(100_000),
    "[a](javascript:b)",
    "{{shop}} $t(bot:help.text)",
  ])("of any kind are answered: %#", async (text) => {
    const answer = await chat.type(text);
    expect(answer.length).toBeGreaterThan(0);
    expect(choicesOf(answer).length).toBeGreaterThan(0);
  });
});

describe("pictures", () => {
  it("sent as the very first message are kept for the step that needs them", async () => {
    await chat.send({ type: "files", files: [picture(1)] });
    await chat.press("topic:wrongCountry");
    await chat.type("48213");
    const asked = await chat.press("targeted:yes");
    expect(choicesOf(asked)).toContain("statistics:given");
    await chat.press("statistics:given");
    expect(await placeNow()).toBe("shownCountry");
  });

  it("for accounts are asked for until there is one of each", async () => {
    await chat.press("topic:account");
    await chat.type("48213");
    for (const choice of [
      "loggedIn:no",
      "proxy:clean",
      "accountTargeted:no",
      "accountsSentAt:within",
      "accountWish:refund",
    ])
      await chat.press(choice);
    await chat.type("3");
    await chat.type("2");
    await chat.send({ type: "files", files: [picture(1)] });
    expect(await placeNow()).toBe("accountPictures");
    await chat.send({ type: "files", files: [picture(2)] });
    expect((await contextNow()).rule).toBe("account.some-faulty");
  });

  it("beyond ten are refused in words", async () => {
    await atProgress();
    await chat.send({ type: "files", files: Array.from({ length: 10 }, (_, n) => picture(n)) });
    const refused = await chat.send({ type: "files", files: [picture(11)] });
    expect(refused.at(-1)?.blocks[0]?.type).toBe("notice");
    expect((await contextNow()).evidence).toHaveLength(10);
  });
});

describe("the review", () => {
  const toReview = async () => {
    await chat.press("topic:slowDelivery");
    await chat.type("48213");
    return chat.press("expectedTime:notPassed");
  };

  it("lets any line be changed and comes back to itself", async () => {
    await toReview();
    await chat.press("change:orderNumber");
    expect(await placeNow()).toBe("orderNumber");
    const review = await chat.type("99887");
    expect(await placeNow()).toBe("reviewing");
    expect(textOf(review)).toContain("99887");
  });

  it("gives the old answer back to whom goes back instead of changing it", async () => {
    await toReview();
    await chat.press("change:orderNumber");
    await chat.press("back");
    expect(await placeNow()).toBe("reviewing");
    expect((await contextNow()).answers.orderNumber).toBe("48213");
  });

  it("drops the answers of a branch that was left", async () => {
    await chat.press("topic:stopDelivery");
    await chat.type("48213");
    await chat.press("progress:inProgress");
    await chat.press("automatic:yes");
    await chat.press("arrival:some");
    expect(await placeNow()).toBe("reviewing");
    await chat.press("change:progress");
    await chat.press("progress:completed");
    expect(await placeNow()).toBe("reviewing");
    const { answers } = await contextNow();
    expect(answers.automatic).toBeUndefined();
    expect(answers.arrival).toBeUndefined();
  });
});

describe("a wait", () => {
  const toWait = async () => {
    await atProgress();
    await chat.press("progress:notStarted");
    await chat.type("demain à 14h");
    return chat.press("confirm");
  };

  it("comes back by itself at its time and asks what may have changed", async () => {
    expect(choicesOf(await toWait())).toContain("remind");
    await chat.press("remind");
    expect(await chat.pass(2 * hour)).toEqual([]);
    const back = await chat.pass(day);
    expect(back.length).toBeGreaterThan(0);
    expect(await placeNow()).toBe("progress");
    await chat.press("progress:notStarted");
    await chat.press("confirm");
    expect((await contextNow()).rule).toBe("notDelivered.start-late");
  });

  it("tells nobody anything without being asked to", async () => {
    await toWait();
    expect(await chat.pass(2 * day)).toEqual([]);
  });
});

describe("silence", () => {
  it("is broken once after a day, rests after a week, and writing resumes where it was", async () => {
    await atProgress();
    expect((await chat.pass(day)).length).toBe(1);
    expect(await chat.pass(3 * day)).toEqual([]);
    expect(await chat.pass(4 * day)).toEqual([]);
    const back = await chat.press("progress:completed");
    expect(back.at(-1)?.blocks.length).toBeGreaterThan(1);
    expect((await contextNow()).answers.progress).toBe("completed");
  });

  it("is kept where nothing is open", async () => {
    await chat.send({ type: "started" });
    expect(await chat.pass(day)).toEqual([]);
  });
});

describe("a withdrawal", () => {
  it.each([
    "Je me rétracte de mon achat, commande 48213",
    "jag ångrar köpet enligt distansavtalslagen",
    "I withdraw from the contract",
  ])("declared in words gets a dated receipt and a person: %s", async (text) => {
    await chat.press("topic:changedMind");
    const answer = await chat.type(text);
    const receipt = answer
      .flatMap(({ blocks }) => blocks)
      .find((block) => block.type === "document");
    expect(receipt?.type === "document" && receipt.text).toContain(text);
    expect(receipt?.type === "document" && receipt.text).toContain("2026");
    const [entry] = await chat.store.listCases({ limit: 1 });
    expect(entry).toMatchObject({ kind: "humanReview", reason: "withdrawalDeclared" });
  });

  it.each(["Har jag ångerrätt?", "Quel est le délai de rétractation ?"])(
    "only spoken of is confirmed first: %s",
    async (text) => {
      await atProgress();
      await chat.type(text);
      expect(await placeNow()).toBe("confirmingWithdrawal");
      await chat.press("back");
      expect(await placeNow()).toBe("progress");
    },
  );

  it("by button is confirmed first", async () => {
    await chat.press("topic:changedMind");
    await chat.type("48213");
    await chat.press("withdrawal");
    expect(await chat.store.listCases({ limit: 1 })).toEqual([]);
    await chat.press("confirmWithdrawal");
    expect(await chat.store.listCases({ limit: 1 })).toHaveLength(1);
  });
});

describe("an open case", () => {
  beforeEach(async () => {
    await chat.press("topic:human");
    for (const choice of [
      "orderNumber:unknown",
      "service:unknown",
      "links:unknown",
      "description:skip",
      "pictures:none",
    ])
      await chat.press(choice);
  });

  it("takes what is written to it", async () => {
    const answer = await chat.type("J’ai oublié de dire que c’était un cadeau");
    expect(textOf(answer)).toMatch(/RF-/);
    const [entry] = await chat.store.listCases({ limit: 1 });
    expect(JSON.stringify(entry?.record)).toContain("un cadeau");
  });

  it("takes an address, a contest and pictures", async () => {
    await chat.press("email");
    await chat.type("pas une adresse");
    await chat.type("moi@example.org");
    await chat.press("contest");
    await chat.type("Ce n’est pas juste");
    await chat.send({ type: "files", files: [picture(1)] });
    const [entry] = await chat.store.listCases({ limit: 1 });
    expect(entry).toMatchObject({
      status: "contested",
      record: { email: "moi@example.org", evidence: [{ name: "1.png" }] },
    });
  });

  it("is told in the status, and another can be started beside it", async () => {
    const [first] = await chat.store.listCases({ limit: 1 });
    expect(textOf(await chat.type("statut"))).toContain(first?.number);
    await chat.press("another");
    expect(await placeNow()).toBe("choosingTopic");
    expect(textOf(await chat.press("status"))).toContain(first?.number);
    await chat.press("topic:human");
    expect(await chat.store.listCases({ limit: 5 })).toHaveLength(2);
  });

  it("gets no second case for asking for a person again", async () => {
    await chat.type("une personne");
    expect(await chat.store.listCases({ limit: 5 })).toHaveLength(1);
  });

  it("gets no second case for asking for a person while a withdrawal is thought over", async () => {
    await chat.type("Quel est le délai de rétractation ?");
    expect(await placeNow()).toBe("confirmingWithdrawal");
    await chat.type("une personne");
    expect(await chat.store.listCases({ limit: 5 })).toHaveLength(1);
    expect(await placeNow()).toBe("ready");
  });

  it("tells when to expect an answer, in business hours", async () => {
    expect(sunday).toBe(chat.clock.at);
    expect(textOf(await chat.type("une personne"))).toContain("3 mars");
  });
});
