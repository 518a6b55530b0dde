import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./api-error.ts";
import { readAll } from "./body.ts";
import { chatView } from "./chat-view.ts";
import { type FileToSend, type ModalValues, shownModal } from "./modals.ts";
import type { Json } from "./model.ts";
import { textOf } from "./seen.ts";
import type { Person } from "./people.ts";
import type { DiscordServer } from "./server.ts";
import type { Use } from "./watch.ts";

/** Somebody who has the page open. */
export interface Visitor {
  person: Person;
  agent: boolean;
  /** What they used last, by the message or form that it was on. */
  uses: Map<string, Use>;
  /** The forms that they have closed or sent, by their interaction. */
  closed: Set<string>;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};
const files = new Set(["chat.html", "chat.css", "chat.js", "markdown.js", "parts.js"]);
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";
const failsAfterMs = 3_100;

/** A page to chat through by hand: every tab is a person. */
export function createChatPage(server: () => DiscordServer) {
  const visitors = new Map<string, Visitor>();
  const streams = new Map<ServerResponse, { visitor: Visitor; place: string }>();
  let due: NodeJS.Immediate | undefined;

  const show = (stream: ServerResponse, visitor: Visitor, place: string): void => {
    stream.write(`data: ${JSON.stringify(chatView(server(), visitor, place))}\n\n`);
  };
  const refresh = (): void => {
    due ??= setImmediate(() => {
      due = undefined;
      for (const [stream, { visitor, place }] of streams) show(stream, visitor, place);
    });
  };
  const used = (visitor: Visitor, on: string, use: Use): void => {
    visitor.uses.set(on, use);
    setTimeout(refresh, failsAfterMs).unref();
  };

  const act = (visitor: Visitor, asked: Json): void => {
    const { person } = visitor;
    const text = (name: string): string => textOf(asked[name]);
    const place = text("place");
    switch (asked["action"]) {
      case "text": {
        const sent = filesOf(asked["files"]);
        person.text(place, text("text"), { files: sent });
        return;
      }
      case "press":
        return used(visitor, text("message"), person.press(text("message"), text("customId")));
      case "select": {
        const values = asked["values"] as string[];
        const use = person.select(text("message"), text("customId"), values);
        return used(visitor, text("message"), use);
      }
      case "command": {
        const options = (asked["options"] ?? {}) as Record<string, string>;
        return used(visitor, `command ${place}`, person.command(text("name"), options, place));
      }
      case "submit": {
        const opener = server().world.interactions.get(text("interaction"));
        const shown = opener === undefined ? undefined : shownModal(opener);
        if (shown === undefined) throw new Error("this form is gone");
        visitor.closed.add(shown.interactionId);
        const use = person.submitModal(shown, valuesOf(asked["values"] as Json));
        return used(visitor, `command ${place}`, use);
      }
      case "dismiss":
        visitor.closed.add(text("interaction"));
        return;
      case "delete":
        return person.delete(text("message"));
      case "edit":
        person.edit(text("message"), text("text"));
        return;
      case "language":
        person.user.locale = text("locale");
        return;
      default:
        throw new Error("no such action");
    }
  };

  const enter = (asked: Json): Visitor => {
    const known = visitors.get(String(asked["id"]));
    if (known !== undefined) return known;
    const agent = asked["agent"] === true;
    const discord = server();
    const person = discord.user({
      username: textOf(asked["name"]),
      locale: textOf(asked["locale"]),
      roles: agent ? [discord.agents] : [],
    });
    const visitor: Visitor = { person, agent, uses: new Map(), closed: new Set() };
    visitors.set(person.id, visitor);
    return visitor;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = JSON.parse((await readAll(request)).toString("utf8")) as Json;
    if (asked["action"] === "enter") {
      const { person } = enter(asked);
      return json(response, 200, { id: person.id, dm: person.dmId });
    }
    const visitor = visitors.get(String(asked["id"]));
    if (visitor === undefined) return json(response, 404, { error: "Reload the page." });
    act(visitor, asked);
    refresh();
    json(response, 200, {});
  };

  return {
    /** Begins to tell the open pages what changes. */
    start: () => server().world.listen(refresh),
    handle(request: IncomingMessage, response: ServerResponse): boolean {
      const url = new URL(request.url ?? "/", "http://localhost");
      const name = url.pathname === "/" ? "chat.html" : url.pathname.slice(1);
      if (files.has(name)) {
        const type = types[name.split(".").at(-1) ?? ""] ?? "text/plain";
        response.writeHead(200, { "content-type": type, "content-security-policy": policy });
        response.end(readFileSync(new URL(`page/${name}`, import.meta.url)));
        return true;
      }
      if (url.pathname === "/chat/events") {
        const visitor = visitors.get(url.searchParams.get("id") ?? "");
        if (visitor === undefined) return (json(response, 404, {}), true);
        response.writeHead(200, {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
        });
        const place = url.searchParams.get("place") ?? "";
        streams.set(response, { visitor, place });
        response.on("close", () => streams.delete(response));
        show(response, visitor, place);
        return true;
      }
      if (url.pathname !== "/chat/do" || request.method !== "POST") return false;
      answer(request, response).catch((error: unknown) => {
        const { message } = error as Error;
        json(response, 400, { error: error instanceof ApiError ? `Discord: ${message}` : message });
      });
      return true;
    },
  };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** Files come from the page as `{ name, type, base64 }`. */
function filesOf(value: unknown): FileToSend[] {
  return ((value ?? []) as { name: string; type: string; base64: string }[]).map((file) => ({
    name: file.name,
    contentType: file.type,
    bytes: Buffer.from(file.base64, "base64"),
  }));
}

function valuesOf(values: Json): ModalValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      Array.isArray(value) && typeof value[0] === "object"
        ? filesOf(value)
        : (value as string | string[]),
    ]),
  );
}
