import {
  ComponentType,
  InteractionType,
  type APIInteraction,
  type APIMessageComponentInteraction,
  type APIModalSubmitInteraction,
} from "@discordjs/core";
import type { HeldContent, HeldInbound } from "../../core/inbound.ts";
import { acknowledge, type Acknowledged } from "./acknowledge.ts";
import { createCommit } from "./commit.ts";
import { spent, type Row } from "./controls.ts";
import { readControl } from "./custom-id.ts";
import type { Doors } from "./doors.ts";
import { createEntrance } from "./entrance.ts";
import { wordOf } from "./failure.ts";
import { conversationOf, ofInteraction } from "./inbound.ts";
import { createUsers, localeOf } from "./interaction.ts";
import type { Lanes } from "./lanes.ts";
import { modalOf, readForm } from "./modal.ts";
import type { DiscordOptions } from "./options.ts";
import type { Rest } from "./rest.ts";
import type { Room, Rooms } from "./rooms.ts";
import type { Sender } from "./send.ts";

/** Discord gives three seconds for the first answer; behind a defer a slow store gets longer. */
const commitWithinMs = 1500;

export interface Interactions {
  /** Acknowledges at once; resolves when what it brought is durable, or the customer was asked to press again. */
  take(interaction: APIInteraction): Promise<void>;
}

export function createInteractions(
  parts: DiscordOptions & { rest: Rest; rooms: Rooms; doors: Doors; lanes: Lanes; sender: Sender },
): Interactions {
  const { prompt, texts, log, sleep, rest, rooms, sender } = parts;
  const users = createUsers(parts);
  const commit = createCommit(parts);
  const entrance = createEntrance({ ...parts, users, commit });
  const say = (key: string) => (interaction: APIInteraction, answer: Acknowledged) =>
    answer.say(texts.in(users.language(interaction)).text(key));
  const pressAgain = say("discord:pressAgain");
  const notYours = say("discord:notYours");

  return {
    async take(interaction) {
      const room = rooms.get(interaction.channel?.id ?? "");
      const answer = acknowledge({ rest, interaction, room, log });
      try {
        await act(interaction, answer);
      } catch (error) {
        log.error({ code: wordOf(error) }, "an interaction of Discord could not be taken");
        await pressAgain(interaction, answer);
      }
    },
  };

  async function act(interaction: APIInteraction, answer: Acknowledged): Promise<void> {
    if (interaction.type === InteractionType.ApplicationCommand)
      await entrance.command(interaction, answer);
    else if (interaction.type === InteractionType.MessageComponent) await used(interaction, answer);
    else if (interaction.type === InteractionType.ModalSubmit) await filledIn(interaction, answer);
  }

  async function used(
    interaction: APIMessageComponentInteraction,
    answer: Acknowledged,
  ): Promise<void> {
    const control = readControl(interaction.data.custom_id);
    if (!control) return answer.deferUpdate();
    if (control.type === "door") return entrance.enter(interaction, answer, control.door);
    const room = await users.roomHere(interaction);
    if (!room) return notYours(interaction, answer);
    if (control.type === "form") return openForm(interaction, room, answer);
    const choice = control.type === "choice" ? control.choice : pickedIn(interaction);
    const { revision } = control;
    const inbound = inboundOf(interaction, room, { type: "pressed", choice, revision });
    await settle(interaction, answer, [inbound], choice);
  }

  /** A form can't be deferred: a store that is slow now may be faster at the next press. */
  async function openForm(
    interaction: APIMessageComponentInteraction,
    room: Room,
    answer: Acknowledged,
  ): Promise<void> {
    const now = await Promise.race([
      prompt(conversationOf(room.userId)).catch(() => undefined),
      sleep(commitWithinMs).done,
    ]);
    const modal = now && modalOf(now, texts.in(now.message.language));
    if (modal) await answer.open(modal);
    else await pressAgain(interaction, answer);
  }

  async function filledIn(
    interaction: APIModalSubmitInteraction,
    answer: Acknowledged,
  ): Promise<void> {
    const room = await users.roomHere(interaction);
    if (!room) return notYours(interaction, answer);
    const { answers, files } = readForm(interaction.data);
    const hasText = Object.keys(answers).length > 0;
    // The texts first: then the files answer the question for pictures, which is the last.
    await settle(interaction, answer, [
      ...(hasText ? [inboundOf(interaction, room, { type: "form", answers })] : []),
      ...(files.length > 0
        ? [inboundOf(interaction, room, { type: "attachments", files }, ":files")]
        : []),
    ]);
  }

  /** Commits and acknowledges; whichever is slow, the other does not wait longer than it may. */
  async function settle(
    interaction: APIMessageComponentInteraction | APIModalSubmitInteraction,
    answer: Acknowledged,
    inbounds: readonly HeldInbound[],
    choice?: string,
  ): Promise<void> {
    const taking = commit(interaction, inbounds);
    const soon = await Promise.race([taking, sleep(commitWithinMs).done]);
    if (soon === undefined) await answer.deferUpdate();
    if ((await taking) === "failed") return pressAgain(interaction, answer);
    const { message } = interaction;
    const rows: Row[] = spent(message?.components ?? [], choice);
    await answer.update(rows);
    if (message) sender.retired(message.channel_id, message.id);
  }
}

const inboundOf = (interaction: APIInteraction, room: Room, content: HeldContent, part = "") =>
  ofInteraction(interaction.id + part, localeOf(interaction), room, content);

const pickedIn = ({ data }: APIMessageComponentInteraction): string =>
  data.component_type === ComponentType.StringSelect ? (data.values[0] ?? "") : "";
