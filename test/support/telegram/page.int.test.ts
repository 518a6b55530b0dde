import { Bot } from "grammy/web";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPage } from "./page.ts";
import { openTelegramServer, type TelegramServer } from "./server.ts";

let server: TelegramServer;
let api: Bot["api"];

beforeEach(async () => {
  server = await openTelegramServer({ other: createPage(() => server) });
  ({ api } = new Bot(server.token, { client: { apiRoot: server.url } }));
});
afterEach(() => server.close());

const act = (deed: object) =>
  fetch(`${server.url}/page/act?user=7&language=sv&name=Ada`, {
    method: "POST",
    body: JSON.stringify(deed),
  });

it("the page speaks for a person and shows what the bot answers", async () => {
  expect(await (await fetch(server.url)).text()).toContain("<title>Local Telegram");
  const leave = new AbortController();
  const stream = await fetch(`${server.url}/page/events?user=7&language=sv&name=Ada`, {
    signal: leave.signal,
  });
  await act({ type: "text", text: "/start" });
  const [update] = await api.getUpdates();
  expect(update?.message).toMatchObject({ text: "/start", from: { language_code: "sv" } });
  await api.sendMessage(7, "Hej!", {
    reply_markup: { inline_keyboard: [[{ text: "Ja", callback_data: "yes" }]] },
  });
  const press = act({ type: "press", id: server.user({ id: 7 }).lastMessage()?.id, data: "yes" });
  expect((await press).status).toBe(204);
  const [, pressed] = await api.getUpdates();
  await api.answerCallbackQuery(pressed?.callback_query?.id ?? "", { text: "Tack" });
  let seen = "";
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    seen += chunk;
    if (seen.includes('event: answered\ndata: {"text":"Tack"}')) break;
  }
  leave.abort();
  expect(seen).toContain('"text":"Hej!"');
});

it("no other site's page speaks for the person", async () => {
  const answer = await fetch(`${server.url}/page/act?user=7`, {
    method: "POST",
    headers: { Origin: "https://elsewhere.example" },
    body: JSON.stringify({ type: "text", text: "hi" }),
  });
  expect(answer.status).toBe(404);
});
