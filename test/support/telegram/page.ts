import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readAll } from "./body.ts";
import type { Customer } from "./people.ts";
import type { TelegramServer } from "./server.ts";
import type { SeenMessage } from "./view.ts";

const html = readFileSync(new URL("page.html", import.meta.url));
/** What runs in a picture or a file that was sent must not run here. */
const sandbox = {
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "X-Content-Type-Options": "nosniff",
};

interface Deed {
  type: "text" | "press" | "edit" | "block" | "unblock" | "language";
  text?: string;
  id?: number;
  data?: string;
  language?: string;
}

/** A page on which one person chats with the bot; every browser is a person of its own. */
export function createPage(
  server: () => TelegramServer,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const streams = new Map<number, Set<ServerResponse>>();

  function send(userId: number, event: string, content: unknown): void {
    for (const stream of streams.get(userId) ?? [])
      stream.write(`event: ${event}\ndata: ${JSON.stringify(content)}\n\n`);
  }

  function follow(customer: Customer, response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    const { watchers } = server().world.find(customer.id);
    const of = streams.get(customer.id) ?? new Set();
    streams.set(customer.id, of.add(response));
    let isDue = false;
    const show = () => {
      isDue = false;
      response.write(`event: chat\ndata: ${JSON.stringify(chatOf(customer))}\n\n`);
    };
    const watch = () => {
      if (!isDue) setImmediate(show);
      isDue = true;
      return false;
    };
    watchers.add(watch);
    response.on("close", () => {
      watchers.delete(watch);
      of.delete(response);
    });
    show();
  }

  const chatOf = (customer: Customer) => ({
    bot: server().bot.first_name,
    isBlocked: server().world.find(customer.id).refusal?.message.includes("blocked") ?? false,
    action: customer.chat.action,
    faults: server().faults.slice(-5),
    messages: customer.chat.messages.map(messageOf),
  });

  function act(customer: Customer, deed: Deed): void {
    switch (deed.type) {
      case "text":
        customer.text(deed.text ?? "");
        break;
      case "edit":
        customer.edit(deed.id ?? 0, deed.text ?? "");
        break;
      case "press":
        customer
          .press(deed.id ?? 0, deed.data ?? "")
          .answered.then((answered) => send(customer.id, "answered", answered))
          .catch(() => {});
        break;
      case "block":
        customer.block();
        break;
      case "unblock":
        customer.unblock();
        break;
      case "language":
        customer.user.language_code = deed.language ?? "en";
    }
  }

  async function serve(
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (path === "/page/file" && request.method === "GET") {
      const file = server().world.files.byId(query.get("id") ?? "");
      response.writeHead(file ? 200 : 404, {
        ...sandbox,
        "Content-Type": file?.mimeType ?? "text/plain",
      });
      response.end(file?.bytes);
      return;
    }
    const customer = server().user({
      id: Number(query.get("user")),
      firstName: query.get("name") ?? "Camille",
      languageCode: query.get("language") ?? "fr",
    });
    if (path === "/page/events") return follow(customer, response);
    const bytes = await readAll(request);
    try {
      if (path === "/page/file") {
        const fileName = query.get("file") ?? "file";
        const caption = query.get("caption");
        const options = { fileName, ...(caption && { caption }) };
        if (/\.(?:png|jpe?g|webp|gif)$/iu.test(fileName)) customer.photo(bytes, options);
        else customer.document(bytes, options);
      } else act(customer, JSON.parse(bytes.toString()) as Deed);
      send(customer.id, "chat", chatOf(customer));
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(400, { "Content-Type": "text/plain" }).end(String(error));
    }
  }

  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/") {
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(html);
      return true;
    }
    // Another site's page must not speak for the person here.
    const origin = request.headers.origin;
    if (origin && new URL(origin).host !== request.headers.host) return false;
    if (!/^\/page\/(?:events|act|file)$/u.test(pathname)) return false;
    serve(pathname, searchParams, request, response).catch(() => response.destroy());
    return true;
  };
}

function messageOf(message: SeenMessage) {
  const { id, isFromBot, text, entities, keyboard, isEdited, file, replyTo, raw } = message;
  const isPicture = file?.kind === "photo" || file?.kind === "sticker";
  return {
    id,
    isFromBot,
    text,
    entities,
    keyboard,
    isEdited,
    replyTo,
    at: raw.date,
    file: file && { id: file.fileId, name: file.fileName ?? file.kind, size: file.size, isPicture },
  };
}
