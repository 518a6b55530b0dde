import type { APIApplicationCommandInteraction, APIInteraction } from "@discordjs/core";
import type { Language } from "../../core/language.ts";
import { conversationOf, languageOf } from "./inbound.ts";
import type { DiscordOptions } from "./options.ts";
import type { Room, Rooms } from "./rooms.ts";

/** In a guild the member, else the user. */
export function userOf({ member, user }: APIInteraction): { id: string; username: string } {
  const found = member?.user ?? user;
  if (!found) throw new TypeError("an interaction of nobody");
  return found;
}

/** Of the client, not of the guild. */
export const localeOf = (interaction: APIInteraction): string | undefined =>
  "locale" in interaction ? interaction.locale : undefined;

/** The link's payload of `/refund`: its first option, an order number. */
export function payloadOf({ data }: APIApplicationCommandInteraction): { payload?: string } {
  if (!("options" in data)) return {};
  const value = data.options?.map((option) => ("value" in option ? option.value : undefined))[0];
  return typeof value === "string" && value.trim() !== "" ? { payload: value.trim() } : {};
}

/** What is known of whoever uses an interaction. */
export interface Users {
  /** The language of their client. */
  language(interaction: APIInteraction): Language;
  /** The language of their conversation, if there is one and the store answers. */
  knownLanguage(interaction: APIInteraction): Promise<Language>;
  /** The room in which their conversation runs. */
  currentRoom(interaction: APIInteraction): Promise<Room | undefined>;
  /** Their room in which it happened; staff may see a room, too, but it is not theirs. */
  roomHere(interaction: APIInteraction): Promise<Room | undefined>;
}

export function createUsers(
  parts: Pick<DiscordOptions, "store" | "defaultLanguage"> & { rooms: Rooms },
): Users {
  const { store, defaultLanguage, rooms } = parts;
  const conversation = (interaction: APIInteraction) =>
    store.load(conversationOf(userOf(interaction).id)).catch(() => undefined);
  const language = (interaction: APIInteraction) =>
    languageOf(localeOf(interaction)) ?? defaultLanguage;
  return {
    language,
    knownLanguage: async (interaction) =>
      (await conversation(interaction))?.language ?? language(interaction),
    async currentRoom(interaction) {
      const address = (await conversation(interaction))?.address;
      return address === undefined ? undefined : rooms.find(address);
    },
    async roomHere(interaction) {
      const { channel, guild_id: guildId } = interaction;
      const { id: userId } = userOf(interaction);
      if (!channel) return undefined;
      if (guildId === undefined) {
        const room = { channelId: channel.id, userId };
        await rooms.keep(room);
        return room;
      }
      const room = await rooms.find(channel.id);
      return room?.userId === userId ? room : undefined;
    },
  };
}
