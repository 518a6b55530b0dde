import { createHash } from "node:crypto";
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  PermissionFlagsBits,
  type APIApplicationCommandInteraction,
  type RESTPutAPIApplicationGuildCommandsJSONBody,
} from "@discordjs/core";
import { deeds, type Deed } from "../../../core/desk.ts";
import type { FileRef } from "../../../core/inbound.ts";
import type { Store } from "../../../ports/store.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import { localized } from "../commands.ts";
import { fileOf } from "../files.ts";
import type { Rest } from "../rest.ts";
import { longestWords } from "./replying.ts";

const mark = "discord:desk-commands";
const patienceMs = 60_000;
/** A reply’s; more come with the form. */
const mostFiles = 5;

/** Each deed of a card, and a note. */
export type DeskCommand = Deed | "note";

const commands: readonly DeskCommand[] = [...deeds, "note"];
/** Discord takes small letters only. */
const nameOf = (command: DeskCommand): string => command.toLowerCase();

const withWords: ReadonlySet<DeskCommand> = new Set(["reply", "note"]);

export const commandOf = (name: string): DeskCommand | undefined =>
  commands.find((one) => nameOf(one) === name);

/** The text that follows a command. */
export function wordsOf({ data }: APIApplicationCommandInteraction): string {
  if (!("options" in data)) return "";
  const found = data.options?.find(({ name }) => name === "text");
  return found && "value" in found && typeof found.value === "string" ? found.value : "";
}

/** The files that are given to a command. */
export function filesWith({ data }: APIApplicationCommandInteraction): FileRef[] {
  if (!("options" in data)) return [];
  const { options = [], resolved } = data;
  return options.flatMap((option) => {
    if (option.type !== ApplicationCommandOptionType.Attachment) return [];
    const attachment = resolved?.attachments?.[option.value];
    return attachment ? [fileOf(attachment)] : [];
  });
}

/** The agents' commands, of the forum's server alone, so that customers elsewhere have fewer. */
export function deskCommandsIn(texts: TextLibrary): RESTPutAPIApplicationGuildCommandsJSONBody {
  return commands.map((command) => ({
    ...localized(texts, `discord:desk.slash.${command}`),
    // The names in English are fixed, as `commandOf` reads them.
    name: nameOf(command),
    type: ApplicationCommandType.ChatInput as const,
    // Agents have it in the forum; other roles can be let in under Server Settings, Integrations.
    default_member_permissions: PermissionFlagsBits.ManageThreads.toString(),
    ...(withWords.has(command) && {
      options: [
        {
          ...localized(texts, "discord:desk.slash.text"),
          name: "text",
          type: ApplicationCommandOptionType.String as const,
          required: true,
          max_length: longestWords,
        },
        ...(command === "reply" ? fileOptions(texts) : []),
      ],
    }),
  }));
}

/** Registers the commands in this server where they are others than at the last start, and takes them back where there is no desk any more. */
export async function registerDeskCommands(
  parts: {
    rest: Rest;
    store: Pick<Store, "readMarks" | "writeMarks">;
    texts: TextLibrary;
  },
  guildId: string | undefined,
): Promise<void> {
  const { rest, store, texts } = parts;
  const [known] = await store.readMarks(mark);
  const [before, digest] = known?.value.split(":") ?? [];
  const wanted = guildId === undefined ? [] : deskCommandsIn(texts);
  const hash = createHash("sha256").update(JSON.stringify(wanted)).digest("hex");
  if (before === guildId && (guildId === undefined || digest === hash)) return;
  const { id } = await rest.patiently((api) => api.applications.getCurrent(), patienceMs);
  const put = (guild: string, body: RESTPutAPIApplicationGuildCommandsJSONBody) =>
    rest.patiently(
      (api) => api.applicationCommands.bulkOverwriteGuildCommands(id, guild, body),
      patienceMs,
    );
  if (before !== undefined && before !== guildId) await put(before, []);
  if (guildId !== undefined) await put(guildId, wanted);
  await store.writeMarks([
    { name: mark, ...(guildId !== undefined && { value: `${guildId}:${hash}` }) },
  ]);
}

const fileOptions = (texts: TextLibrary) =>
  Array.from({ length: mostFiles }, (_, index) => {
    const option = localized(texts, "discord:desk.slash.file");
    const numbered = (name: string) => (index === 0 ? name : `${name}${index + 1}`);
    return {
      ...option,
      name: numbered("file"),
      name_localizations: Object.fromEntries(
        Object.entries(option.name_localizations).map(([locale, name]) => [locale, numbered(name)]),
      ),
      type: ApplicationCommandOptionType.Attachment as const,
      required: false,
    };
  });
