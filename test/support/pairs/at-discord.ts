import { expect } from "vitest";
import { plain } from "../../../src/adapters/discord/markdown.ts";
import type { AgentHand } from "./agents.ts";
import { picture } from "./customers.ts";
import type { Seen } from "../discord/seen.ts";
import type { MixedShop } from "./mixed-shop.ts";
import { patience } from "./patience.ts";

/** Ida in the post of this case, once its card is there. */
export async function atDiscord(
  { discord: server, idaOnDiscord: agent }: MixedShop,
  number: string,
): Promise<AgentHand> {
  const found = () =>
    [...server.world.channels.values()].find(
      ({ parent, name }) => parent === server.forum && name.startsWith(number),
    );
  await expect.poll(() => found() !== undefined, patience).toBe(true);
  const { id: place } = found() ?? { id: "" };
  const textOf = ({ content, embeds }: Seen) =>
    plain([content, ...embeds.map(({ description }) => String(description))].join("\n"));
  let last = "";

  async function sees(fits: (message: Seen) => boolean): Promise<Seen> {
    const newest = () => agent.messages(place).findLast(fits);
    await expect.poll(() => newest() !== undefined, patience).toBe(true);
    return newest() as Seen;
  }
  async function does(deed: string): Promise<void> {
    const has = ({ id, buttons }: Seen) =>
      id === place && buttons.some(({ customId }) => customId === `desk:${deed}`);
    await sees(has);
    agent.press(place, `desk:${deed}`);
  }
  /** Sends what the preview shows, and waits until it says so. */
  async function sends(text: string): Promise<string> {
    const isPreview = (message: Seen) =>
      message.ephemeral &&
      message.buttons.some(({ customId }) => customId?.startsWith("desk:on:send:")) &&
      textOf(message).includes(text);
    const preview = await sees(isPreview);
    last = preview.id;
    agent.press(preview.id, preview.buttons[0]?.customId ?? "");
    await expect.poll(() => isPreview(agent.message(last) ?? preview), patience).toBe(false);
    return textOf(preview);
  }

  return {
    take: () => does("take"),
    async says(text) {
      await sees(({ id, buttons }) => id === place && buttons.some(isReply));
      agent.command("reply", { text }, place);
      await sends(text);
    },
    async rewords(text) {
      const button = agent
        .message(last)
        ?.buttons.find(({ customId }) => customId?.startsWith("desk:on:reword:"));
      agent.press(last, button?.customId ?? "");
      agent.submitModal(await agent.waitForModal(patience.timeout), { text });
      await sends(text);
    },
    async sendsPicture(text) {
      agent.command("reply", { text, file: { name: "bild.png", bytes: picture } }, place);
      await sends(text);
    },
    async asksForLink() {
      await does("ask");
      const menu = await sees(({ selects }) => selects.some(({ customId }) => customId === wanted));
      agent.select(menu.id, wanted, ["profileLink"]);
    },
    async decides(reasons) {
      await does("decide");
      const menu = await sees(({ selects }) => selects.some(isOutcome));
      agent.select(menu.id, menu.selects.find(isOutcome)?.customId ?? "", ["noRefund"]);
      const form = await agent.waitForModal(patience.timeout);
      agent.submitModal(form, { clauses: ["3"], reasons });
      return sends(reasons);
    },
    async closes() {
      await does("close");
      const sure = await sees(({ buttons }) => buttons.some(({ customId }) => customId === closed));
      agent.press(sure.id, closed);
    },
    screen: async () =>
      agent
        .messages(place)
        .filter(({ ephemeral }) => !ephemeral)
        .map(textOf)
        .join("\n"),
    pictures: async () =>
      agent
        .messages(place)
        .filter(({ ephemeral, fromBot }) => fromBot && !ephemeral)
        .flatMap(({ attachments }) => attachments).length,
  };
}

const wanted = "desk:on:wanted";
const closed = "desk:on:closed";
const isReply = ({ customId }: { customId: string | undefined }) => customId === "desk:reply";
const isOutcome = ({ customId }: { customId: string }) => customId.startsWith("desk:on:outcome:");
