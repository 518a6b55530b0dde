import { randomBytes } from "node:crypto";
import { ApiError, invalidForm } from "./api-error.ts";
import type { SentFile } from "./attachments.ts";
import { asList, checkModal } from "./components.ts";
import { addMessage, deleteMessage, editMessage } from "./messages.ts";
import {
  type Channel,
  type Interaction,
  type Json,
  type Message,
  type User,
  interactionType,
  messageFlag,
} from "./model.ts";
import type { World } from "./world.ts";

/** Receiving and Responding, "Responding to an Interaction". */
export const callbackWithinMs = 3_000;
const tokenLifeMs = 15 * 60 * 1000;

const callback = { pong: 1, reply: 4, deferReply: 5, deferUpdate: 6, update: 7, modal: 9 } as const;

export function addInteraction(
  world: World,
  fields: { type: number; data: Json; user: User; channel: Channel; message?: Message | undefined },
): Interaction {
  const interaction: Interaction = {
    id: world.nextId(),
    token: randomBytes(48).toString("base64url"),
    type: fields.type,
    data: fields.data,
    user: fields.user,
    channel: fields.channel,
    message: fields.message,
    at: world.now(),
    acknowledged: undefined,
    acknowledgedAt: undefined,
    original: undefined,
    deferred: false,
    modal: undefined,
    followUps: new Map(),
  };
  world.interactions.set(interaction.id, interaction);
  world.byToken.set(interaction.token, interaction);
  world.tell({ type: "interaction-created", interaction });
  return interaction;
}

/** The person reads "This interaction failed" from then on. */
export function hasFailed(world: World, interaction: Interaction): boolean {
  return interaction.acknowledged === undefined && world.now() - interaction.at > callbackWithinMs;
}

/**
 * Create Interaction Response: once, within three seconds.
 *
 * @throws ApiError 10062 after that or for a wrong token, 40060 the second time.
 */
export function answerInteraction(
  world: World,
  id: string,
  token: string,
  body: Json,
  files: readonly SentFile[],
): Interaction {
  const interaction = world.interactions.get(id);
  if (interaction === undefined || interaction.token !== token) throw new ApiError(10062);
  if (interaction.acknowledged !== undefined) throw new ApiError(40060);
  if (hasFailed(world, interaction)) throw new ApiError(10062);
  const type = Number(body["type"]);
  const data = (body["data"] ?? {}) as Json;
  apply(world, interaction, type, data, files);
  interaction.acknowledged = type;
  interaction.acknowledgedAt = world.now();
  world.tell({ type: "interaction-settled", interaction });
  return interaction;
}

function apply(
  world: World,
  interaction: Interaction,
  type: number,
  data: Json,
  files: readonly SentFile[],
): void {
  switch (type) {
    case callback.reply:
      interaction.original = reply(world, interaction, data, files);
      return;
    case callback.deferReply: {
      const flags = Number(data["flags"] ?? 0) | messageFlag.loading;
      interaction.original = reply(world, interaction, { flags }, []);
      interaction.deferred = true;
      return;
    }
    case callback.deferUpdate:
      interaction.original = sourceOf(interaction);
      return;
    case callback.update:
      interaction.original = editMessage(world, sourceOf(interaction), data, files);
      return;
    case callback.modal:
      if (interaction.type === interactionType.modal) {
        throw invalidForm("type", "A modal cannot be answered with a modal.");
      }
      checkModal(asList(data["components"]));
      interaction.modal = {
        customId: String(data["custom_id"]),
        title: String(data["title"]),
        components: asList(data["components"]),
      };
      return;
    case callback.pong:
    default:
      throw invalidForm("type", `Callback type ${type} does not fit this interaction.`);
  }
}

function sourceOf(interaction: Interaction): Message {
  if (interaction.message === undefined) {
    throw invalidForm("type", "There is no message to update.");
  }
  return interaction.message;
}

function reply(
  world: World,
  interaction: Interaction,
  body: Json,
  files: readonly SentFile[],
): Message {
  const secret = (Number(body["flags"] ?? 0) & messageFlag.ephemeral) !== 0;
  return addMessage(world, interaction.channel, world.bot, {
    body: { ...body, nonce: undefined },
    files,
    interaction,
    type: interaction.type === interactionType.command ? 20 : 0,
    ...(secret ? { onlyFor: interaction.user } : {}),
  });
}

/**
 * The interaction of a webhook's token.
 *
 * @throws ApiError 50027 after fifteen minutes, 10015 for a token that never was.
 */
export function byToken(world: World, applicationId: string, token: string): Interaction {
  const interaction = world.byToken.get(token);
  if (interaction === undefined || applicationId !== world.applicationId) throw new ApiError(10015);
  if (world.now() - interaction.at > tokenLifeMs) throw new ApiError(50027);
  if (interaction.acknowledged === undefined) throw new ApiError(10015);
  return interaction;
}

/** Create Followup Message. The first one after a deferred reply takes its place. */
export function followUp(
  world: World,
  interaction: Interaction,
  body: Json,
  files: readonly SentFile[],
): Message {
  if (interaction.deferred && interaction.original !== undefined) {
    interaction.deferred = false;
    return editMessage(world, interaction.original, body, files);
  }
  const message = reply(world, interaction, body, files);
  interaction.followUps.set(message.id, message);
  return message;
}

/** `@original`, or a follow-up by its id. */
export function ownMessage(interaction: Interaction, id: string): Message {
  const { original } = interaction;
  const isOriginal = id === "@original" || id === original?.id;
  const message = isOriginal ? original : interaction.followUps.get(id);
  if (message === undefined || message.deleted) throw new ApiError(10008);
  return message;
}

export function editOwn(
  world: World,
  interaction: Interaction,
  id: string,
  body: Json,
  files: readonly SentFile[],
): Message {
  const message = ownMessage(interaction, id);
  if (message === interaction.original) interaction.deferred = false;
  return editMessage(world, message, body, files);
}

export function deleteOwn(world: World, interaction: Interaction, id: string): void {
  deleteMessage(world, ownMessage(interaction, id));
}
