import { afterEach, describe, expect, it } from "vitest";
import { failing } from "../../support/telegram/faults.ts";
import { mediaContent } from "../../support/telegram/media.ts";
import type { Customer } from "../../support/telegram/people.ts";
import { library } from "../../support/shop.ts";
import { mp3, opus } from "../sharp/corpus.ts";
import {
  type BotOptions,
  choose,
  eventually,
  mistakes,
  none,
  openBot,
  picture,
  pressChoice,
  question,
  revisionOf,
  type TestBot,
} from "./bot.ts";

let bot: TestBot;
afterEach(async () => {
  const { server } = bot;
  await bot.close();
  expect(mistakes(server)).toEqual(none);
});

async function open(languageCode = "en", options: BotOptions = {}): Promise<Customer> {
  bot = await openBot(options);
  return bot.server.user({ id: 7, languageCode });
}

async function answersOf({ id }: Customer): Promise<Record<string, unknown>> {
  const stored = await bot.store.load(`telegram-${id}`);
  const context = stored?.snapshot.context as { answers?: Record<string, unknown> } | undefined;
  return context?.answers ?? {};
}

async function given(customer: Customer) {
  const log = await bot.logOf(customer);
  return log.flatMap((body) =>
    body.type === "event" && body.event.type === "evidence-given" ? [body.said] : [],
  );
}

/** One part of an album, as Telegram brings it. */
function part(customer: Customer, album: string, caption?: string) {
  const file = bot.server.world.files.add("photo", picture, {});
  return customer.say({
    media_group_id: album,
    ...mediaContent(file, {}),
    ...(caption !== undefined && { caption }),
  });
}

const answered = () => bot.server.calls.filter(({ method }) => method === "answerCallbackQuery");

describe("the beginning", () => {
  it("registers the commands for each language, and for all others the shop’s", async () => {
    await open();
    await eventually(() => bot.server.isPolled).toBe(true);
    const set = bot.server.calls.filter(({ method }) => method === "setMyCommands");
    expect(set.map(({ params }) => params.language_code)).toEqual([undefined, "fr", "sv", "en"]);
    for (const { params } of set) {
      const texts = library.in((params.language_code ?? "en") as "fr");
      expect(params.commands).toEqual(
        ["start", "language", "status", "human", "help", "cancel"].map((command) => ({
          command,
          description: texts.text(`telegram:command.${command}`),
        })),
      );
    }
  });

  it.each([
    ["fr", "Bonjour"],
    ["sv-SE", "Hej"],
    ["en-GB", "Hello"],
    ["de", "Hello"],
  ])("greets in Telegram’s own language: %s", async (code, hello) => {
    const anna = await open(code);
    anna.start();
    await anna.waitForMessage(({ text }) => text.startsWith(hello));
  });

  it.each([
    ["drop", "order number"],
    ["drop_48213", "How far along"],
    ["drop-48213", "How far along"],
    ["48213", "What went wrong"],
    ["__proto__", "What went wrong"],
  ])("follows the deep link ?start=%s", async (payload, asked) => {
    const anna = await open();
    anna.start(payload);
    await question(anna, asked);
    if (payload.includes("48213")) expect((await answersOf(anna))["orderNumber"]).toBe("48213");
  });

  it("shows the question again at another /start, and begins nothing anew", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.start("partial");
    await question(anna, "order number");
    expect((await bot.store.load("telegram-7"))?.standing).toContain("askingOrderNumber");
  });
});

describe("buttons", () => {
  it("a pressed question shows what was pressed, a typed one loses its buttons", async () => {
    const anna = await open();
    anna.start();
    const topics = await question(anna);
    await pressChoice(anna, topics, "topic:drop").answered;
    const order = await question(anna, "order number");
    const pressed = anna.chat.messages.find(({ id }) => id === topics.id);
    expect(pressed?.buttons).toEqual([]);
    expect(pressed?.text).toMatch(/\n\n✓ My followers, likes or views dropped$/u);
    anna.text("48213");
    await question(anna, "How far along");
    await anna.chat.waitUntil(
      () => anna.chat.messages.find(({ id }) => id === order.id)?.buttons.length === 0,
    );
    expect(anna.chat.messages.find(({ id }) => id === order.id)?.text).toBe(order.text);
    expect(anna.chat.messages.filter(({ buttons }) => buttons.length > 0)).toHaveLength(1);
  });

  it("turns the pages of a long list there and back", async () => {
    const anna = await open();
    anna.start();
    const first = await question(anna);
    const page = (message: { buttons: readonly { data?: string }[] }, to: number) =>
      message.buttons.find(({ data }) => data?.endsWith(`:page:${to}`));
    anna.press(first.id, page(first, 1)?.data ?? "");
    const second = await question(anna);
    expect(second.id).toBe(first.id);
    expect(second.text).toBe(first.text);
    expect(page(second, 0)?.data).toBeDefined();
    anna.press(second.id, page(second, 0)?.data ?? "");
    const back = await question(anna);
    expect(back.keyboard).toEqual(first.keyboard);
    expect(await bot.eventsOf(anna)).toEqual(["started"]);
    // Of a list that is gone, no page is left.
    const gone = page(first, 1)?.data ?? "";
    anna.text("My followers, likes or views dropped");
    await question(anna, "order number");
    await anna.pressOld(first.id, gone).answered;
    await bot.allTaken();
    expect(anna.chat.messages.find(({ id }) => id === first.id)?.buttons).toEqual([]);
  });

  it("takes a label or a number in place of a press, and tells the progress", async () => {
    const anna = await open();
    anna.start();
    await question(anna);
    anna.text("3");
    const order = await question(anna, "order number");
    expect(order.text).toMatch(/Question 1 of \d+$/u);
    anna.text("48213");
    const progress = await question(anna, "How far along");
    expect(progress.text).toMatch(/Question 2 of \d+$/u);
    anna.text("marked as complete");
    await question(anna, "How many did you order");
    expect(await answersOf(anna)).toMatchObject({ orderNumber: "48213", progress: "completed" });
  });

  it("an old button and a second press have one outcome, a short word and the question again", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    const data = order.buttons.find(({ data: each }) => each?.endsWith("orderNumber:unknown"));
    const presses = [
      anna.pressOld(order.id, data?.data ?? ""),
      anna.pressOld(order.id, data?.data ?? ""),
    ];
    await Promise.all(presses.map((press) => press.answered));
    await question(anna, "no longer active");
    await bot.allTaken();
    expect((await bot.eventsOf(anna)).filter((type) => type === "answered")).toHaveLength(1);
    expect(answered().every(({ outcome }) => outcome === "ok")).toBe(true);
    anna.pressOld(order.id, `${revisionOf(order)}:topic:partial`);
    await question(anna, "no longer active");
    expect((await answersOf(anna))["orderNumber"]).toBe("unknown");
  });

  it("a press while the store is down is answered once, asks to press again, and counts when it is back", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    await bot.allTaken();
    const before = answered().length;
    bot.faults.storeIsDown = true;
    const press = pressChoice(anna, order, "orderNumber:unknown");
    expect((await press.answered).text).toContain("Press again");
    await eventually(() => bot.logged.filter((line) => line.includes("no updates")).length).toBe(1);
    bot.clock.pass(2000);
    await eventually(() => bot.logged.filter((line) => line.includes("no updates")).length).toBe(2);
    bot.faults.storeIsDown = false;
    bot.clock.pass(4000);
    await question(anna, "How far along");
    expect(answered().length - before).toBe(1);
  });

  it("a press while the store is slow is answered in time, and only once", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    await bot.allTaken();
    const before = answered().length;
    const slow = Promise.withResolvers<void>();
    bot.faults.slow = slow.promise;
    const press = pressChoice(anna, order, "orderNumber:unknown");
    await eventually(() => bot.clock.naps()).toContain(4000);
    bot.clock.pass(4000);
    expect(await press.answered).toEqual({});
    bot.faults.slow = undefined;
    slow.resolve();
    await question(anna, "How far along");
    await bot.allTaken();
    expect(answered().length - before).toBe(1);
  });

  it("forged data is answered and changes nothing", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    for (const data of [
      "",
      "x",
      "1:",
      "99999:__proto__",
      "3:constructor",
      "3:page:999",
      "3:dropWish:refund",
    ]) {
      const press = anna.pressOld(order.id, data);
      expect(await press.answered).toEqual({});
    }
    await bot.allTaken();
    expect((await bot.store.load("telegram-7"))?.standing).toContain("askingOrderNumber");
    expect(await answersOf(anna)).toEqual({});
  });
});

describe("files", () => {
  it("shows that it is at work while a file is fetched", async () => {
    const anna = await open();
    await choose(anna, "wrongCountry");
    bot.server.fault(failing("getFile", { type: "latency", ms: 50 }));
    anna.photo(picture);
    await anna.chat.waitUntil(() => anna.chat.action === "typing");
    await question(anna, "1 file");
  });

  it("takes a photo, a document and a forwarded picture, also as the very first message", async () => {
    const anna = await open();
    anna.photo(picture, { caption: "my followers dropped last week" });
    await question(anna, "1 file");
    anna.document(picture, { fileName: "Skärmbild 1.png" });
    await question(anna, "2 files");
    const file = bot.server.world.files.add("photo", picture, {});
    anna.say({
      ...mediaContent(file, {}),
      forward_origin: { type: "hidden_user", sender_user_name: "<3", date: 1 },
    });
    await question(anna, "3 files");
    const all = (await given(anna)).flatMap((said) => said?.files ?? []);
    expect(all.map(({ name }) => name)).toEqual(["", "Skärmbild 1.png", ""]);
  });

  it("reads a caption as text", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.photo(picture, { caption: "it is order 48213" });
    await question(anna, "How far along");
    expect((await answersOf(anna))["orderNumber"]).toBe("48213");
  });

  it("takes an album as one answer, though its parts come in two batches, shuffled, and one much later", async () => {
    const anna = await open();
    await choose(anna, "drop");
    part(anna, "4711");
    part(anna, "4711");
    await bot.allTaken();
    bot.clock.pass(1000);
    part(anna, "4711", "it is order 48213");
    await bot.allTaken();
    expect(await given(anna)).toEqual([]);
    bot.clock.pass(1600);
    await question(anna, "How far along");
    expect(await given(anna)).toMatchObject([{ files: [{}, {}, {}], text: "it is order 48213" }]);
    bot.clock.pass(20_000);
    part(anna, "4711");
    await bot.allTaken();
    bot.clock.pass(1600);
    await question(anna, "4 files");
    expect(await given(anna)).toHaveLength(2);
  });

  it("keeps a film in an album from breaking it up, and says what works instead", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.album(
      [
        { type: "photo", bytes: picture },
        { type: "video", bytes: Buffer.from("x") },
        { type: "photo", bytes: picture },
      ],
      { caption: "order 48213" },
    );
    await bot.allTaken();
    bot.clock.pass(1600);
    const next = await question(anna, "How far along");
    expect(next.text).toContain("2 files");
    expect(next.text).toContain("PNG, JPEG");
    expect(await given(anna)).toHaveLength(1);
  });

  it("says what to do with a file that is too large", async () => {
    const anna = await open();
    await choose(anna, "drop");
    for (const size of [10_000_001, 21 * 2 ** 20]) {
      anna.document(Buffer.alloc(10_000_001), { size });
      await question(anna, "over 10");
    }
  });

  it("keeps what is written behind a file in its order", async () => {
    const anna = await open();
    await choose(anna, "drop");
    bot.server.fault(failing("getFile", { type: "500" }));
    anna.photo(picture);
    anna.text("48213");
    await bot.allTaken();
    bot.clock.pass(3000);
    await question(anna, "How far along");
    expect((await bot.eventsOf(anna)).slice(-2)).toEqual(["evidence-given", "answered"]);
  });

  it.each([
    ["voice", (anna: Customer) => anna.voice(opus), "voice messages"],
    ["audio", (anna: Customer) => anna.audio(mp3), "voice messages"],
    ["video", (anna: Customer) => anna.video(picture), "videos"],
    ["video note", (anna: Customer) => anna.videoNote(picture), "videos"],
    ["animation", (anna: Customer) => anna.animation(picture), "videos"],
    ["sticker", (anna: Customer) => anna.sticker(picture), "can’t read it"],
    ["location", (anna: Customer) => anna.location(59, 18), "location"],
    ["contact", (anna: Customer) => anna.contact("+46701234567", "<3"), "contact card"],
    ["poll", (anna: Customer) => anna.poll("?", ["a", "b"]), "this kind"],
    ["dice", (anna: Customer) => anna.dice(), "this kind"],
  ])("says what works in place of a %s", async (_, send, words) => {
    const anna = await open();
    await choose(anna, "drop");
    send(anna);
    const said = await question(anna, words);
    expect(said.text).toContain("order number");
  });
});

describe("words", () => {
  it("an edit corrects the answer while its question stands, later not; agents see both, and what a reply replies to", async () => {
    const anna = await open();
    const order = await choose(anna, "drop");
    const said = anna.text("48213", { replyTo: order.id });
    await question(anna, "How far along");
    anna.edit(said, "48999");
    await question(anna, "How far along");
    expect((await answersOf(anna))["orderNumber"]).toBe("48999");
    anna.command("human");
    await question(anna, "Case number");
    anna.edit(said, "48111");
    await question(anna, "too late");
    expect((await answersOf(anna))["orderNumber"]).toBe("48999");
    const page = await bot.casePage();
    for (const text of ["48213", "48999", "48111", "Edited message"]) expect(page).toContain(text);
    expect(page).toMatch(/<blockquote[^>]*><bdi>What is your order number\?/u);
  });

  it.each(["<3", "_*[", "@everyone", "```", "<script>", "a_b_c", "\u202eevil\u202c", "👩‍👩‍👧"])(
    "a name or a text such as %s breaks nothing",
    async (words) => {
      bot = await openBot();
      const anna = bot.server.user({ id: 7, firstName: words, languageCode: "en" });
      anna.start("other");
      await question(anna, "order number");
      anna.text("48213");
      await question(anna, "what happened");
      anna.text(`${words} https://evil.example/x @admin #tag /start evil.com mail@evil.com`);
      await question(anna);
      anna.text("Followers");
      await question(anna);
      anna.text("evil.com/x");
      await question(anna);
      anna.text("I have no picture");
      const review = await question(anna, "Summary");
      const clickable = review.entities.filter(
        ({ type }) =>
          !["bold", "italic", "code", "text_link", "expandable_blockquote"].includes(type),
      );
      expect(clickable).toEqual([]);
      expect(review.entities.filter(({ type }) => type === "text_link")).toEqual([]);
    },
  );

  it("/cancel starts over and can be undone, /help and /status answer, also with the bot’s name", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.text("48213");
    await question(anna, "How far along");
    anna.text(`/cancel@${bot.server.bot.username}`);
    const topics = await question(anna, "What went wrong");
    anna.text("Bring my answers back");
    await question(anna, "How far along");
    expect(topics.text).toContain("undoes this");
    anna.command("status");
    await question(anna, "no case");
    anna.command("help");
    await question(anna, "Answer with a button");
  });

  it("goes on in another language in the middle of a question", async () => {
    const anna = await open();
    await choose(anna, "drop");
    anna.command("language");
    const languages = await question(anna, "language");
    pressChoice(anna, languages, "language:sv");
    await question(anna, "ordernummer");
    anna.text("48213");
    const next = await question(anna);
    expect(next.text).toMatch(/Fråga 2 av/u);
  });

  it("two customers don’t see each other", async () => {
    const anna = await open();
    const ben = bot.server.user({ id: 8, languageCode: "fr" });
    await Promise.all([choose(anna, "drop"), choose(ben, "partial")]);
    anna.text("48213");
    ben.text("99999");
    await Promise.all([question(anna), question(ben)]);
    expect(JSON.stringify(anna.chat.messages.map(({ text }) => text))).not.toContain("99999");
    expect(JSON.stringify(await bot.logOf(ben))).not.toContain("48213");
    // A button of another’s message opens nothing.
    const foreign = anna.lastMessage();
    ben.pressOld(foreign?.id ?? 0, foreign?.buttons[0]?.data ?? "");
    await bot.allTaken();
    expect((await answersOf(anna))["progress"]).toBeUndefined();
  });

  it("says in a group where it answers, in the topic where it was asked, once in ten minutes", async () => {
    await open();
    const group = bot.server.group({
      id: -1005,
      forum: true,
      members: [{ id: 7, languageCode: "sv" }],
    });
    await eventually(() => bot.server.isPolled).toBe(true);
    group.as(7).text("hej");
    const topic = group.createTopic("Support", 7);
    const name = bot.server.bot.username;
    group.as(7, topic).text(`@${name} hej`);
    const said = await group.waitForMessage(({ text }) => text.includes(`https://t.me/${name}`));
    expect(said.threadId).toBe(topic);
    expect(said.text).toContain("privat chatt");
    group.as(7).text(`/start@${name}`);
    group.as(7).photo(picture, { caption: `@${name}` });
    await bot.allTaken();
    bot.clock.pass(10 * 60_000);
    group.as(7).photo(picture, { caption: `@${name}` });
    await group.waitForMessage(({ text }) => text.includes("t.me"));
    await bot.allTaken();
    expect(group.chat.messages.filter(({ isFromBot }) => isFromBot)).toHaveLength(2);
    expect(await bot.store.load("telegram--1005")).toBeUndefined();
  });
});
