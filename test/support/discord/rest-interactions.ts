import {
  answerInteraction,
  byToken,
  deleteOwn,
  editOwn,
  followUp,
  ownMessage,
} from "./interactions.ts";
import { invalidForm } from "./api-error.ts";
import type { Interaction, Json, Message } from "./model.ts";
import { messageJson } from "./payloads.ts";
import { type Answer, type Asked, type Route, param } from "./route.ts";

const callbacks: Readonly<Record<number, string>> = {
  1: "PongInteractionCallbackRequest",
  4: "CreateMessageInteractionCallbackRequest",
  5: "CreateMessageInteractionCallbackRequest",
  6: "UpdateMessageInteractionCallbackRequest",
  7: "UpdateMessageInteractionCallbackRequest",
  9: "ModalInteractionCallbackRequest",
};

const webhook = "/webhooks/{webhook_id}/{webhook_token}";
const edits = ["IncomingWebhookUpdateRequestPartial"];

export const interactionRoutes: readonly Route[] = [
  {
    method: "POST",
    template: "/interactions/{interaction_id}/{interaction_token}/callback",
    open: true,
    schemas: Object.values(callbacks),
    choose({ body }) {
      const schema = callbacks[Number(body["type"])];
      if (schema === undefined) throw invalidForm("type", "Value is not an interaction callback.");
      return [schema];
    },
    query: { with_response: "boolean" },
    handle(asked) {
      const { world, links, body, files, query } = asked;
      const [id, token] = [param(asked, "interaction_id"), param(asked, "interaction_token")];
      const interaction = answerInteraction(world, id, token, body, files);
      const { original } = interaction;
      const type = Number(body["type"]);
      const made = original === undefined || type === 6 ? {} : { messageId: original.id };
      if (query.get("with_response") !== "true") return { status: 204, ...made };
      const message =
        original === undefined || type === 6
          ? {}
          : { message: messageJson(world, original, links) };
      return {
        status: 200,
        body: {
          interaction: described(interaction),
          resource: { type, ...message },
        },
        ...made,
      };
    },
  },
  {
    method: "POST",
    template: webhook,
    open: true,
    schemas: ["IncomingWebhookInteractionRequest"],
    query: { wait: "boolean", thread_id: "snowflake", with_components: "boolean" },
    handle(asked) {
      const { world, body, files } = asked;
      return answered(asked, followUp(world, interactionOf(asked), body, files));
    },
  },
  ...[`${webhook}/messages/@original`, `${webhook}/messages/{message_id}`].flatMap(
    (template): Route[] => [
      {
        method: "GET",
        template,
        open: true,
        query: { thread_id: "snowflake" },
        handle: (asked) => answered(asked, ownMessage(interactionOf(asked), idOf(asked))),
      },
      {
        method: "PATCH",
        template,
        open: true,
        schemas: edits,
        query: { thread_id: "snowflake", with_components: "boolean" },
        handle(asked) {
          const { world, body, files } = asked;
          const interaction = interactionOf(asked);
          return answered(asked, editOwn(world, interaction, idOf(asked), body, files));
        },
      },
      {
        method: "DELETE",
        template,
        open: true,
        query: { thread_id: "snowflake" },
        handle(asked) {
          deleteOwn(asked.world, interactionOf(asked), idOf(asked));
          return { status: 204 };
        },
      },
    ],
  ),
];

function interactionOf(asked: Asked): Interaction {
  return byToken(asked.world, param(asked, "webhook_id"), param(asked, "webhook_token"));
}

function idOf(asked: Asked): string {
  return asked.params["message_id"] ?? "@original";
}

function answered({ world, links }: Asked, message: Message): Answer {
  return { status: 200, body: messageJson(world, message, links), messageId: message.id };
}

function described(interaction: Interaction): Json {
  const { original } = interaction;
  return {
    id: interaction.id,
    type: interaction.type,
    ...(original === undefined
      ? {}
      : {
          response_message_id: original.id,
          response_message_loading: interaction.deferred,
          response_message_ephemeral: original.onlyFor !== undefined,
        }),
  };
}
