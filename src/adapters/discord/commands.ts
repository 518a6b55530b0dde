import { createHash } from "node:crypto";
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPutAPIApplicationCommandsJSONBody,
} from "@discordjs/core";
import type { Language } from "../../core/language.ts";
import type { Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";
import type { Rest } from "./rest.ts";

export const commandNames = ["refund", "status", "human", "language", "help"] as const;
export const panelCommand = "panel";

/** Discord's names of our languages (Reference, "Locales"); English is what all others read. */
const locales: readonly [string, Language][] = [
  ["fr", "fr"],
  ["sv-SE", "sv"],
];

const { Guild, BotDM } = InteractionContextType;
const mark = "discord:commands";
const patienceMs = 60_000;

/** A name and a description in every language. */
export function localized(texts: TextLibrary, key: string) {
  const inAll = (part: string) =>
    Object.fromEntries(
      locales.map(([locale, language]) => [locale, texts.in(language).text(`${key}.${part}`)]),
    );
  return {
    name: texts.in("en").text(`${key}.name`),
    name_localizations: inAll("name"),
    description: texts.in("en").text(`${key}.description`),
    description_localizations: inAll("description"),
  };
}

/** The slash commands with their names and descriptions in every language. */
export function commandsIn(texts: TextLibrary): RESTPutAPIApplicationCommandsJSONBody {
  const named = (key: string, contexts: InteractionContextType[]) => ({
    ...localized(texts, key),
    type: ApplicationCommandType.ChatInput as const,
    contexts,
    integration_types: [ApplicationIntegrationType.GuildInstall],
  });
  const order = {
    ...localized(texts, "discord:slash.order"),
    type: ApplicationCommandOptionType.String as const,
    required: false,
    max_length: 40,
  };
  return [
    ...commandNames.map((name) => ({
      ...named(`discord:slash.${name}`, [Guild, BotDM]),
      ...(name === "refund" && { options: [order] }),
    })),
    {
      ...named(`discord:slash.${panelCommand}`, [Guild]),
      default_member_permissions: PermissionFlagsBits.ManageGuild.toString(),
    },
  ];
}

/** Registers the commands where they are others than at the last start. */
export async function registerCommands(parts: {
  rest: Rest;
  store: Pick<Store, "readMarks" | "writeMarks">;
  texts: TextLibrary;
}): Promise<void> {
  const { rest, store, texts } = parts;
  const commands = commandsIn(texts);
  const { id } = await rest.patiently((api) => api.applications.getCurrent(), patienceMs);
  const value = `${id}:${createHash("sha256").update(JSON.stringify(commands)).digest("hex")}`;
  const [known] = await store.readMarks(mark);
  if (known?.value === value) return;
  await rest.patiently(
    (api) => api.applicationCommands.bulkOverwriteGlobalCommands(id, commands),
    patienceMs,
  );
  await store.writeMarks([{ name: mark, value }]);
}
