import { ApiError, invalidForm } from "./api-error.ts";
import type { Command, Json } from "./model.ts";
import { commandJson } from "./payloads.ts";
import { type Asked, type Method, type Route, param } from "./route.ts";
import type { World } from "./world.ts";

const ofAll = "/applications/{application_id}/commands";
const ofGuild = "/applications/{application_id}/guilds/{guild_id}/commands";

/** Application Commands, of the application everywhere and of one guild. */
export const commandRoutes: readonly Route[] = [ofAll, ofGuild].flatMap((base): Route[] => [
  {
    method: "GET",
    template: base,
    query: { with_localizations: "boolean" },
    handle(asked) {
      const localized = asked.query.get("with_localizations") === "true";
      const commands = commandsOf(asked).map((one) => commandJson(asked.world, one, localized));
      return { status: 200, body: commands };
    },
  },
  {
    method: "POST",
    template: base,
    schemas: ["ApplicationCommandCreateRequest"],
    handle(asked) {
      const known = sameName(asked, asked.body);
      const command = put(asked, asked.body, known?.id);
      return {
        status: known === undefined ? 201 : 200,
        body: commandJson(asked.world, command, true),
      };
    },
  },
  {
    method: "PUT",
    template: base,
    schemas: ["ApplicationCommandUpdateRequest"],
    list: true,
    handle(asked) {
      const bodies = asked.body as unknown as readonly Json[];
      checkNames(bodies);
      const ids = bodies.map((body) => sameName(asked, body)?.id);
      for (const { id } of commandsOf(asked)) asked.world.commands.delete(id);
      const commands = bodies.map((body, index) => put(asked, body, ids[index]));
      return { status: 200, body: commands.map((one) => commandJson(asked.world, one, true)) };
    },
  },
  ...(["GET", "PATCH", "DELETE"] as const).map((method) => single(base, method)),
]);

function single(base: string, method: Method): Route {
  return {
    method,
    template: `${base}/{command_id}`,
    ...(method === "PATCH" ? { schemas: ["ApplicationCommandPatchRequestPartial"] } : {}),
    handle(asked) {
      const command = asked.world.commands.get(param(asked, "command_id"));
      if (command === undefined || !commandsOf(asked).includes(command)) throw new ApiError(10063);
      if (method === "DELETE") {
        asked.world.commands.delete(command.id);
        return { status: 204 };
      }
      if (method === "GET") return { status: 200, body: commandJson(asked.world, command, true) };
      const changed = put(asked, { ...command.body, ...asked.body }, command.id);
      return { status: 200, body: commandJson(asked.world, changed, true) };
    },
  };
}

function commandsOf(asked: Asked): Command[] {
  const { world } = asked;
  if (param(asked, "application_id") !== world.applicationId) throw new ApiError(50001);
  const guildId = asked.params["guild_id"];
  if (guildId !== undefined && !world.guilds.has(guildId)) throw new ApiError(50001);
  return commandsIn(world, guildId);
}

export function commandsIn(world: World, guildId: string | undefined): Command[] {
  return [...world.commands.values()].filter((command) => command.guildId === guildId);
}

function sameName(asked: Asked, body: Json): Command | undefined {
  return commandsOf(asked).find(
    (command) => command.body["name"] === body["name"] && typeOf(command.body) === typeOf(body),
  );
}

function typeOf(body: Json): number {
  return Number(body["type"] ?? 1);
}

function put(asked: Asked, body: Json, id?: string): Command {
  const { world } = asked;
  checkCommand(body);
  const command: Command = {
    id: id ?? world.nextId(),
    guildId: asked.params["guild_id"],
    body,
    version: world.nextId(),
  };
  world.commands.set(command.id, command);
  return command;
}

function checkNames(bodies: readonly Json[]): void {
  if (bodies.length > 130) throw new ApiError(30032);
  const names = new Set(bodies.map((body) => `${typeOf(body)} ${String(body["name"])}`));
  if (names.size !== bodies.length)
    throw invalidForm("name", "Application command names must be unique");
}

const locales = new Set(
  "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko".split(
    " ",
  ),
);

/** Application Commands, "Naming" and "Localization": what the schema leaves open. */
function checkCommand(body: Json): void {
  const chat = typeOf(body) === 1;
  const names = [body["name"], ...Object.values((body["name_localizations"] ?? {}) as Json)];
  for (const name of names) {
    const text = String(name);
    const fits = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u.test(text);
    if (chat && (!fits || text !== text.toLowerCase())) {
      throw invalidForm("name", `Command name is invalid: ${text}`);
    }
  }
  if (chat && ((body["description"] as string | undefined) ?? "") === "") {
    throw invalidForm("description", "This field is required");
  }
  const localized = ["name_localizations", "description_localizations"] as const;
  for (const field of localized) {
    for (const locale of Object.keys((body[field] ?? {}) as Json)) {
      if (!locales.has(locale)) throw invalidForm(`${field}.${locale}`, "Locale is not known.");
    }
  }
}
