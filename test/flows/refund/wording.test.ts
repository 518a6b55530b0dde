import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { standing } from "../../../flows/refund/standing.ts";
import { plainText, type Message } from "../../../src/core/message.ts";
import { openChat } from "../../support/shop.ts";
import { picture } from "./dialogue.ts";

let chat: ReturnType<typeof openChat>;
beforeEach(() => {
  chat = openChat("en");
});
afterEach(() => chat.store.close());

const textOf = (messages: readonly Message[]) => messages.map(plainText).join("\n\n");
const sendPicture = () => chat.send({ type: "files", files: [picture(1)] });
const placeNow = async () => {
  const stored = await chat.store.load(chat.conversationId);
  if (!stored) throw new Error("no conversation is stored");
  const { place, question } = standing(stored.snapshot);
  return question ?? place;
};
async function say(...deeds: string[]): Promise<Message[]> {
  let messages: Message[] = [];
  for (const deed of deeds)
    messages = await (/^(?:\w+:\w+|confirm)$/.test(deed) ? chat.press(deed) : chat.type(deed));
  return messages;
}
const clause2 = ["Instagram followers", "@me", "description:skip"];
const linesOf = (messages: readonly Message[]) =>
  messages.flatMap(({ blocks }) => blocks.flatMap((b) => (b.type === "review" ? b.rows : [])));

describe("a figure", () => {
  it("with a comma before three digits is taken without a word", async () => {
    const asked = await say("topic:drop", "48213", "progress:completed", "1,000");
    expect(asked[0]?.blocks[0]).toMatchObject({ text: expect.stringMatching(/^How many were/) });
  });
});

describe("the review", () => {
  const toStatistics = ["topic:wrongCountry", "48213", "targeted:yes"];

  it("shows no file where the customer had none, whatever was attached later", async () => {
    await say(...toStatistics, "statistics:none", ...clause2);
    const rows = linesOf(await sendPicture());
    expect(rows.find(({ change }) => change.id === "change:statistics")).toMatchObject({
      value: "No files",
      evidence: [],
    });
    expect(rows.find(({ change }) => change.id === "change:pictures")).toMatchObject({
      value: "1 file",
      evidence: [{ name: "1.png" }],
    });
  });

  it("still shows what was attached to whom then says to have no picture", async () => {
    await say("topic:other", "48213", "What happened is strange");
    await say("Instagram followers", "@me");
    await sendPicture();
    const rows = linesOf(await say("change:pictures", "pictures:none"));
    expect(rows.at(-1)).toMatchObject({ value: "1 file", evidence: [{ name: "1.png" }] });
  });

  it("shows a picture once where the topic asked for it", async () => {
    await say(...toStatistics);
    await sendPicture();
    const rows = linesOf(await say("shownCountry:wrong", ...clause2));
    expect(rows.filter(({ evidence }) => evidence).map(({ value }) => value)).toEqual(["1 file"]);
  });

  it.each([
    ["3 hours ago", "around 1 March 2026 at 10:00 CET"],
    ["yesterday at 6 pm", "28 February 2026 at 18:00 CET"],
    ["2 days ago", "27 February 2026"],
  ])("tells a time as narrow as it was given: %s", async (words, shown) => {
    await say("topic:account", "48213", "loggedIn:no", "proxy:clean", "accountTargeted:no");
    const rows = linesOf(await say(words, "accountWish:replace", ...clause2, "pictures:none"));
    expect(rows.find(({ change }) => change.id === "change:accountsSentAt")?.value).toBe(shown);
  });

  it.each([
    ["in 3 hours", "around 1 March 2026 at 16:00 CET"],
    ["within 40 minutes", "1 March 2026 at 13:40 CET"],
  ])("tells what is due by its end: %s", async (words, shown) => {
    const rows = linesOf(await say("topic:notDelivered", "48213", "progress:notStarted", words));
    expect(rows.at(-1)?.value).toBe(shown);
  });
});

describe("a case that is opened at once", () => {
  const bridge = "While you wait, a few details help our team.";

  it("leads over to the questions that follow, once", async () => {
    expect(textOf(await say("topic:human"))).toContain(bridge);
    expect(textOf(await say("48213"))).not.toContain(bridge);
  });

  it("announces no questions where none follow", async () => {
    await say("topic:slowDelivery", "48213", "expectedTime:passed", ...clause2, "pictures:none");
    const opened = textOf(await say("confirm"));
    expect(opened).toContain("Your case is open");
    expect(opened).not.toContain(bridge);
  });

  it("by a withdrawal asks which order it is, and for no reason", async () => {
    await say("I withdraw from the contract");
    const asked = [await placeNow()];
    for (const answer of ["48213", "Instagram followers", "@me"]) {
      await say(answer);
      asked.push(await placeNow());
    }
    expect(asked).toEqual(["orderNumber", "service", "links", "ready"]);
  });
});

describe("the card", () => {
  it("joins what people may choose as alternatives that fit, with nothing missing", async () => {
    await say("topic:wrongCountry", "48213", "targeted:yes");
    await sendPicture();
    const card = textOf(await say("shownCountry:wrong", ...clause2, "confirm"));
    expect(card).toContain("a restart of the order or a further delivery.");
    expect(card).not.toContain("missing");
  });

  it("cites a clause under a title that fits every row of it", async () => {
    await say("topic:notDelivered", "48213", "progress:notStarted", "tomorrow");
    expect(textOf(await say("confirm"))).toContain("5.2 Order queued or in progress");
  });
});

describe("a bought account", () => {
  beforeEach(() =>
    say("topic:account", "48213", "loggedIn:no", "proxy:clean", "accountTargeted:no"),
  );

  it("is asked for by its name, not as a post", async () => {
    expect(textOf(await say("2 hours ago", "accountWish:replace"))).toContain("Instagram accounts");
    const asked = textOf(await say("3 accounts"));
    expect(asked).toContain("Which account is it about?");
    expect(asked).toContain("login details");
    expect(asked).not.toContain("post");
  });

  it("is shown in as many pictures as it takes", async () => {
    const asked = textOf(await say("2 hours ago", "accountWish:refund", "20", "12"));
    expect(asked).toContain("Send 12 pictures");
    expect(asked).not.toMatch(/\b10\b/);
  });
});
