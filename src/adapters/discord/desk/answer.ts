import {
  InteractionType,
  MessageFlags,
  type APIEmbed,
  type APIInteraction,
  type APIModalInteractionResponseCallbackData,
} from "@discordjs/core";
import type { RawFile } from "@discordjs/rest";
import type { Log } from "../../../ports/log.ts";
import type { Row } from "../controls.ts";
import { wordOf } from "../failure.ts";
import { inert } from "../outbound.ts";
import type { Rest } from "../rest.ts";

export interface Shown {
  content: string;
  embeds?: APIEmbed[];
  components?: Row[];
  files?: RawFile[];
}

/** The answers to one interaction of an agent, which nobody else sees unless they are begun openly. Best effort; never throws. */
export interface Answer {
  /** Within three seconds: an answer comes, or the answer that was pressed changes. */
  begin(how?: { openly: boolean }): Promise<void>;
  open(modal: APIModalInteractionResponseCallbackData): Promise<void>;
  /** In the place of what was pressed, where that was such an answer. */
  show(shown: Shown): Promise<void>;
  /** Beside what was pressed, which stays. */
  add(content: string): Promise<void>;
  /** Nothing is left to be said. */
  drop(): Promise<void>;
}

export function answerTo(interaction: APIInteraction, rest: Rest, log: Log): Answer {
  const { id, token, application_id: application } = interaction;
  const flags = MessageFlags.Ephemeral;
  const ofAnswer = isAnswer(interaction);
  let state: "open" | "begun" | "shown" = "open";

  async function tried(work: Parameters<Rest["ask"]>[0], next: typeof state): Promise<void> {
    try {
      await rest.ask(work);
      state = next;
    } catch (error) {
      log.info({ code: wordOf(error) }, "an agent's interaction could not be answered");
    }
  }

  return {
    async begin({ openly } = { openly: false }) {
      if (state !== "open") return;
      await tried(
        (api) =>
          ofAnswer
            ? api.interactions.deferMessageUpdate(id, token)
            : api.interactions.defer(id, token, openly ? {} : { flags }),
        "begun",
      );
    },
    async open(modal) {
      await tried((api) => api.interactions.createModal(id, token, modal), "shown");
    },
    async show({ content, embeds = [], components = [], files = [] }) {
      const { allowed_mentions } = inert;
      const body = { content, embeds, components, files, allowed_mentions };
      if (state === "open" && !ofAnswer)
        await tried((api) => api.interactions.reply(id, token, { ...body, flags }), "shown");
      else {
        await this.begin();
        const edit = { ...body, attachments: [] };
        await tried(
          (api) => api.interactions.editReply(application, token, files.length > 0 ? body : edit),
          "shown",
        );
      }
    },
    async add(content) {
      if (state === "open" && !ofAnswer) return this.show({ content });
      await this.begin();
      const { allowed_mentions } = inert;
      await tried(
        (api) =>
          state === "begun" && !ofAnswer
            ? api.interactions.editReply(application, token, { content, allowed_mentions })
            : api.interactions.followUp(application, token, { content, allowed_mentions, flags }),
        "shown",
      );
    },
    async drop() {
      if (state === "begun")
        await tried((api) => api.interactions.deleteReply(application, token), "shown");
    },
  };
}

/** Used on an answer of ours that only this agent sees. */
const isAnswer = (interaction: APIInteraction): boolean =>
  (interaction.type === InteractionType.MessageComponent ||
    interaction.type === InteractionType.ModalSubmit) &&
  ((interaction.message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
