import { PermissionFlagsBits, type APIInteraction } from "@discordjs/core";
import type { ActContent } from "../../../core/act.ts";
import type { Agent } from "../../../core/agent.ts";
import type { Case } from "../../../core/case.ts";
import type { Language } from "../../../core/language.ts";
import type { Texts } from "../../../core/texts.ts";
import type { DeskDeed, DeskHand, DeskRefusal, Refused } from "../../../ports/desk.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import { languageOf } from "../inbound.ts";
import { localeOf, userOf } from "../interaction.ts";
import type { Answer } from "./answer.ts";

/** What somebody used in a case's post, with what is known of them at that moment. */
export interface Press {
  interaction: APIInteraction;
  answer: Answer;
  thread: string;
  userId: string;
  /** In the agent's own language. */
  words: Texts;
  /** Why Discord says that they may not. */
  why: DeskRefusal | undefined;
}

export const pressOf = (
  interaction: APIInteraction,
  answer: Answer,
  texts: TextLibrary,
  language: Language,
): Press => ({
  interaction,
  answer,
  thread: interaction.channel?.id ?? "",
  userId: userOf(interaction).id,
  words: texts.in(languageOf(localeOf(interaction)) ?? language),
  why: maySee(interaction) ? undefined : "notMember",
});

/** Whether they are a member who sees the forum now, as Discord says with each interaction. */
const maySee = ({ member }: APIInteraction): boolean =>
  member !== undefined &&
  (BigInt(member.permissions) &
    (PermissionFlagsBits.ViewChannel | PermissionFlagsBits.Administrator)) !==
    0n;

export function refusalText(refusal: Refused, words: Texts): string {
  const own = `desk:refused.${refusal.reason}`;
  return words.has(own)
    ? words.text(own)
    : words.text(`console:refused.${refusal.reason}`, { ...refusal });
}

/** What an agent does, through the hand that checks and records it. */
export interface Acting {
  /** Carries it out; undefined when it is done, or was before under this key. */
  act(press: Press, content: ActContent, key?: string): Promise<Refused | undefined>;
  /** What it would come to; a refusal is recorded. */
  foresee(press: Press, content: ActContent): Promise<Awaited<ReturnType<DeskHand["foresee"]>>>;
  /** Who presses in which case, for what is only shown; whoever may not go on with it is told. */
  meet(
    press: Press,
    what: ActContent | ((entry: Case) => ActContent),
  ): Promise<{ agent: Agent; entry: Case } | undefined>;
}

export const keyOf = ({ id }: { id: string }): string => `i:${id}`;

export function createActing(hand: DeskHand): Acting {
  const deedOf = ({ thread, userId, why }: Press, content: ActContent): DeskDeed => ({
    desk: "discord",
    thread,
    userId,
    content,
    ...(why && { why }),
  });

  return {
    act: (press, content, key = keyOf(press.interaction)) =>
      hand.act({ ...deedOf(press, content), key }),
    foresee: (press, content) => hand.foresee(deedOf(press, content)),
    async meet(press, what) {
      const { thread, userId, words, answer } = press;
      const [agent, entry] = await Promise.all([
        hand.agentOf("discord", userId),
        hand.caseIn("discord", thread),
      ]);
      const content =
        typeof what !== "function" ? what : entry ? what(entry) : ({ type: "taken" } as const);
      const foreseen = await hand.foresee(deedOf(press, content));
      const refusal: Refused | undefined =
        "reason" in foreseen ? foreseen : agent && entry ? undefined : { reason: "noThread" };
      if (!refusal && agent && entry) return { agent, entry };
      await answer.show({ content: refusalText(refusal ?? { reason: "noThread" }, words) });
      return undefined;
    },
  };
}
