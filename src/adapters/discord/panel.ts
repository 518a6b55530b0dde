import {
  ButtonStyle,
  ComponentType,
  type APIMessage,
  type RESTPostAPIChannelMessageJSONBody,
} from "@discordjs/core";
import { ActionRowBuilder, ButtonBuilder } from "@discordjs/builders";
import type { Texts } from "../../core/texts.ts";
import { doorId, type Door } from "./custom-id.ts";
import { escaped } from "./markdown.ts";
import { inert } from "./outbound.ts";
import type { Rest } from "./rest.ts";

const patienceMs = 30_000;

/** The standing message in a public channel from which conversations begin. */
export function panelOf(texts: Texts, shopName: string): RESTPostAPIChannelMessageJSONBody {
  return {
    ...inert,
    content: escaped(texts.text("discord:panel.text", { shop: shopName })),
    components: [doors(texts, ["thread", "dm"])],
  };
}

export const doors = (texts: Texts, all: readonly Door[]) =>
  new ActionRowBuilder<ButtonBuilder>()
    .addComponents(
      all.map((door) =>
        new ButtonBuilder()
          .setCustomId(doorId(door))
          .setLabel(texts.text(`discord:door.${door}`))
          .setStyle(door === "thread" ? ButtonStyle.Primary : ButtonStyle.Secondary),
      ),
    )
    .toJSON();

/** Puts the panel into the channel, or brings the one that stands there up to date. */
export async function putPanel(
  { patiently }: Pick<Rest, "patiently">,
  channelId: string,
  panel: RESTPostAPIChannelMessageJSONBody,
): Promise<"new" | "updated"> {
  const recent = await patiently(
    (api) => api.channels.getMessages(channelId, { limit: 100 }),
    patienceMs,
  );
  const own = recent.find(isPanel);
  if (own) {
    const { content = "", components = [] } = panel;
    await patiently(
      (api) => api.channels.editMessage(channelId, own.id, { content, components }),
      patienceMs,
    );
    return "updated";
  }
  await patiently((api) => api.channels.createMessage(channelId, panel), patienceMs);
  return "new";
}

/** Nobody else's message can have our button: it would be pressed for its own application. */
const isPanel = ({ author, components }: APIMessage): boolean =>
  author.bot === true &&
  (components ?? []).some(
    (row) =>
      row.type === ComponentType.ActionRow &&
      row.components.some(
        (control) => "custom_id" in control && control.custom_id === doorId("thread"),
      ),
  );
