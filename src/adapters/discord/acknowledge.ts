import {
  InteractionType,
  MessageFlags,
  type APIInteraction,
  type APIModalInteractionResponseCallbackData,
} from "@discordjs/core";
import type { Log } from "../../ports/log.ts";
import type { Row } from "./controls.ts";
import { codeOf, wordOf } from "./failure.ts";
import { inert, nonceOf } from "./outbound.ts";
import type { Rest } from "./rest.ts";
import type { Room } from "./rooms.ts";

const unknownInteraction = 10062;
const alreadyAcknowledged = 40060;

/**
 * The answers to one interaction, best effort: nothing of a dialogue goes this
 * way, since Discord has no nonce here. Never throws.
 */
export interface Acknowledged {
  defer(): Promise<void>;
  deferUpdate(): Promise<void>;
  /** Changes the controls of the message that was pressed. */
  update(components: Row[]): Promise<void>;
  open(modal: APIModalInteractionResponseCallbackData): Promise<void>;
  /**
   * Says something to this customer alone. Where Discord has forgotten the
   * interaction (it does at random, discord-api-docs#5558), it becomes a
   * message in the customer's room, once.
   */
  say(text: string, components?: Row[]): Promise<void>;
  /** Takes the sign back that the bot thinks. */
  drop(): Promise<void>;
}

export function acknowledge(parts: {
  rest: Rest;
  interaction: APIInteraction;
  /** Where the customer is alone with the bot. */
  room: Room | undefined;
  log: Log;
}): Acknowledged {
  const { rest, interaction, room, log } = parts;
  const { id, token, application_id: application } = interaction;
  let state: "open" | "deferred" | "updating" | "done" | "lost" = "open";

  /** Whether Discord took it. */
  async function tried(work: Parameters<Rest["ask"]>[0], next: typeof state): Promise<boolean> {
    try {
      await rest.ask(work);
      state = next;
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === unknownInteraction || code === alreadyAcknowledged) state = "lost";
      log.info({ code: wordOf(error) }, "an interaction could not be acknowledged");
      return false;
    }
  }

  return {
    async defer() {
      await tried(
        (api) => api.interactions.defer(id, token, { flags: MessageFlags.Ephemeral }),
        "deferred",
      );
    },
    async deferUpdate() {
      if (canUpdate(interaction))
        await tried((api) => api.interactions.deferMessageUpdate(id, token), "updating");
      else
        await tried(
          (api) => api.interactions.defer(id, token, { flags: MessageFlags.Ephemeral }),
          "deferred",
        );
    },
    async update(components) {
      if (state === "updating")
        await tried(
          (api) => api.interactions.editReply(application, token, { components }),
          "done",
        );
      else if (state === "deferred") await this.drop();
      else if (canUpdate(interaction))
        await tried((api) => api.interactions.updateMessage(id, token, { components }), "done");
      else await this.deferUpdate().then(() => this.drop());
    },
    async open(modal) {
      await tried((api) => api.interactions.createModal(id, token, modal), "done");
    },
    async say(content, components = []) {
      const edit = { content, components, allowed_mentions: inert.allowed_mentions };
      const body = { ...edit, flags: inert.flags | MessageFlags.Ephemeral };
      if (state === "open") {
        if (await tried((api) => api.interactions.reply(id, token, body), "done")) return;
      } else if (state === "deferred") {
        if (await tried((api) => api.interactions.editReply(application, token, edit), "done"))
          return;
      } else if (state !== "lost") {
        if (await tried((api) => api.interactions.followUp(application, token, body), "done"))
          return;
      }
      if (state !== "lost" || !room) return;
      await tried(
        (api) =>
          api.channels.createMessage(room.channelId, {
            ...inert,
            content,
            nonce: nonceOf(`said:${id}`),
            enforce_nonce: true,
          }),
        "done",
      );
    },
    async drop() {
      if (state === "deferred")
        await tried((api) => api.interactions.deleteReply(application, token), "done");
    },
  };
}

/** A press, or a form that a press has opened. */
const canUpdate = (interaction: APIInteraction): boolean =>
  interaction.type === InteractionType.MessageComponent ||
  (interaction.type === InteractionType.ModalSubmit && interaction.message !== undefined);
