import { afterEach, beforeEach, expect, test } from "vitest";
import { createChatPage } from "./chat-page.ts";
import type { ChatView } from "./chat-view.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

let server: DiscordServer;

beforeEach(async () => {
  const page = createChatPage(() => server);
  server = await openDiscordServer({
    page: (request, response) => page.handle(request, response),
  });
  page.start();
});

afterEach(async () => {
  await server.close();
  expect(server.faults).toEqual([]);
});

async function act(action: string, fields: object): Promise<Record<string, string>> {
  const response = await fetch(`${server.url}/chat/do`, {
    method: "POST",
    body: JSON.stringify({ action, ...fields }),
  });
  return (await response.json()) as Record<string, string>;
}

test("a visitor writes, is seen by all, and reads why something is not possible", async () => {
  const { id } = await act("enter", { name: "anna", locale: "fr" });
  await act("text", { id, place: server.support.id, text: "Bonjour" });
  expect(server.support.messages[0]?.content).toBe("Bonjour");
  expect(await act("text", { id, place: server.desk.id, text: "?" })).toEqual({
    error: `anna sees no channel ${server.desk.id}`,
  });
});

test("an open page is told of every change", async () => {
  const { id = "" } = await act("enter", { name: "anna", locale: "fr" });
  const response = await fetch(`${server.url}/chat/events?id=${id}&place=${server.support.id}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () =>
    JSON.parse((await reader?.read())?.value?.replace("data: ", "") ?? "") as ChatView;
  expect(await next()).toMatchObject({ connected: false, messages: [] });
  server.user({ username: "bert" }).text(server.support, "Hello");
  let view = await next();
  while (view.messages.length === 0) view = await next();
  expect(view.messages).toMatchObject([{ content: "Hello", mine: false }]);
  await reader?.cancel();
});
