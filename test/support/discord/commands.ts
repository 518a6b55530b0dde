import { keepFiles, type Links } from "./attachments.ts";
import { asList } from "./components.ts";
import { type FileToSend, toFiles } from "./modals.ts";
import type { Channel, Command, Json, User } from "./model.ts";
import { commandsIn } from "./rest-commands.ts";
import { attachmentJson } from "./payloads.ts";
import { textOf } from "./seen.ts";
import type { World } from "./world.ts";

export type CommandOptions = Readonly<Record<string, string | number | boolean | FileToSend>>;

/** Application Commands, "Application Command Option Type". */
const attachmentOption = 11;

/** What this person's menu of slash commands has there. */
export function commandsFor(world: World, channel: Channel): Command[] {
  const { guild } = channel;
  const ofAll = commandsIn(world, undefined).filter(({ body }) => {
    const contexts = body["contexts"] as number[] | null | undefined;
    if (contexts !== null && contexts !== undefined) {
      return contexts.includes(guild === undefined ? 1 : 0);
    }
    return guild !== undefined || body["dm_permission"] !== false;
  });
  return [...(guild === undefined ? [] : commandsIn(world, guild.id)), ...ofAll];
}

/** The name in this person's language. */
export function nameFor(command: Command, user: User): string {
  return localized(command.body, "name", user.locale);
}

export function localized(body: Json, field: "name" | "description", locale: string): string {
  const own = (body[`${field}_localizations`] ?? {}) as Record<string, string>;
  return own[locale] ?? textOf(body[field]);
}

/**
 * The `data` of a slash command. The name may be the one that this person reads.
 *
 * @throws Error if their menu does not have it there.
 */
export function commandData(
  world: World,
  links: Links,
  channel: Channel,
  user: User,
  name: string,
  options: CommandOptions,
): Json {
  const [first = "", sub] = name.replace(/^\//u, "").split(" ");
  const command = commandsFor(world, channel).find(
    (one) => one.body["name"] === first || nameFor(one, user) === first,
  );
  if (command === undefined) throw new Error(`there is no command /${first} here`);
  const base = { id: command.id, name: command.body["name"], type: command.body["type"] ?? 1 };
  const place = command.guildId === undefined ? {} : { guild_id: command.guildId };
  const declared = asList(command.body["options"]);
  if (sub !== undefined) {
    const inner = declared.find((one) => one["name"] === sub);
    if (inner === undefined) throw new Error(`/${first} has no ${sub}`);
    const given = filled(asList(inner["options"]), options);
    return { ...base, ...place, options: [{ name: sub, type: inner["type"], options: given }] };
  }
  const attachments: Record<string, Json> = {};
  const given = filled(declared, options).map((option) => {
    if (option["type"] !== attachmentOption) return option;
    const [kept] = keepFiles(world, channel, toFiles([option["value"] as FileToSend]), [], true);
    if (kept === undefined) throw new Error("there is no file");
    attachments[kept.id] = attachmentJson(kept, links);
    return { ...option, value: kept.id };
  });
  const resolved = Object.keys(attachments).length === 0 ? {} : { resolved: { attachments } };
  return { ...base, ...place, ...(given.length === 0 ? {} : { options: given }), ...resolved };
}

function filled(declared: readonly Json[], options: CommandOptions): Json[] {
  for (const name of Object.keys(options)) {
    if (!declared.some((one) => one["name"] === name)) throw new Error(`no option ${name}`);
  }
  return declared.flatMap((one) => {
    const value = options[textOf(one["name"])];
    if (value === undefined) {
      if (one["required"] === true) throw new Error(`option ${textOf(one["name"])} is required`);
      return [];
    }
    return [{ name: one["name"], type: one["type"], value }];
  });
}
