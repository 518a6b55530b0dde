import type {
  APIApplicationCommandInteraction,
  APIInteraction,
  APIMessageComponentInteraction,
} from "@discordjs/core";
import type { HeldContent } from "../../core/inbound.ts";
import type { Acknowledged } from "./acknowledge.ts";
import { panelCommand } from "./commands.ts";
import type { Commit } from "./commit.ts";
import type { Door } from "./custom-id.ts";
import type { Doors } from "./doors.ts";
import { asked, ofInteraction } from "./inbound.ts";
import { localeOf, payloadOf, userOf, type Users } from "./interaction.ts";
import type { Lanes } from "./lanes.ts";
import type { DiscordOptions } from "./options.ts";
import { linkTo } from "./outbound.ts";
import { doors as doorButtons, panelOf, putPanel } from "./panel.ts";
import type { Rest } from "./rest.ts";
import type { Room } from "./rooms.ts";

export interface Entrance {
  /** A slash command. */
  command(interaction: APIApplicationCommandInteraction, answer: Acknowledged): Promise<void>;
  /** A button that says where the conversation is to run. */
  enter(
    interaction: APIMessageComponentInteraction,
    answer: Acknowledged,
    door: Door,
  ): Promise<void>;
}

/** Where conversations begin, or go on after a command: in the customer's room, which is opened if there is none. */
export function createEntrance(
  parts: Pick<DiscordOptions, "texts" | "shopName" | "defaultLanguage" | "supportChannel"> & {
    rest: Rest;
    lanes: Lanes;
    users: Users;
    doors: Doors;
    commit: Commit;
  },
): Entrance {
  const { texts, rest, lanes, users, doors, commit } = parts;

  return {
    async command(interaction, answer) {
      const { name } = interaction.data;
      if (name === panelCommand) return panel(interaction, answer);
      const command = asked[name];
      await enter(
        interaction,
        answer,
        command ? { type: "command", command } : { type: "started", ...payloadOf(interaction) },
      );
    },
    enter: (interaction, answer, door) => enter(interaction, answer, { type: "started" }, door),
  };

  async function enter(
    interaction: APIInteraction,
    answer: Acknowledged,
    content: HeldContent,
    door?: Door,
  ): Promise<void> {
    // First, as opening a room may take longer than the three seconds.
    await answer.defer();
    // A second press waits until the first has opened the room, and finds it.
    const room = await lanes.run(userOf(interaction).id, () => openRoom(interaction, door));
    const words = texts.in(await users.knownLanguage(interaction));
    if (!room) return answer.say(words.text("discord:noRoom"));
    const inbound = ofInteraction(interaction.id, localeOf(interaction), room, content);
    const taken = await commit(interaction, [inbound]);
    if (taken === "failed") return answer.say(words.text("discord:pressAgain"));
    if (interaction.channel?.id === room.channelId) return answer.drop();
    const link = linkTo(room);
    if (room.guildId === undefined) return answer.say(words.text("discord:here.dm", { link }));
    await answer.say(words.text("discord:here.thread", { link }), [doorButtons(words, ["dm"])]);
  }

  /** Undefined where neither a thread nor a direct message can be opened. */
  async function openRoom(
    interaction: APIInteraction,
    door: Door | undefined,
  ): Promise<Room | undefined> {
    const here = await users.roomHere(interaction);
    if (here && !door) return here;
    const user = userOf(interaction);
    if (door === "dm") return doors.dm(user.id);
    const current = await users.currentRoom(interaction);
    if (current && current.guildId === undefined && !door) return current;
    const name = texts.in(await users.knownLanguage(interaction)).text("discord:room.name");
    return (await doors.thread(user, name)) ?? (await doors.dm(user.id));
  }

  async function panel(
    interaction: APIApplicationCommandInteraction,
    answer: Acknowledged,
  ): Promise<void> {
    await answer.defer();
    const channelId = parts.supportChannel ?? interaction.channel.id;
    const { guild_id: guildId } = interaction;
    await putPanel(rest, channelId, panelOf(texts.in(parts.defaultLanguage), parts.shopName));
    const link = linkTo({ channelId, ...(guildId !== undefined && { guildId }) });
    const words = texts.in(users.language(interaction));
    await answer.say(words.text("discord:panel.there", { link }));
  }
}
