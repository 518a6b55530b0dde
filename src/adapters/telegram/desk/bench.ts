import type { Api } from "grammy/web";
import type { ActContent } from "../../../core/act.ts";
import { PlatformUnavailable } from "../../../core/errors.ts";
import type { Message } from "../../../core/message.ts";
import type { Texts, TextValues } from "../../../core/texts.ts";
import type { DeskRefusal, DeskWork, Refused } from "../../../ports/desk.ts";
import type { Store } from "../../../ports/store.ts";
import { button } from "./controls.ts";
import type { Enclosures } from "./enclosures.ts";
import { isNobody } from "./failure.ts";
import { type GroupCalls, threadOf } from "./group.ts";
import type { Keeping } from "./kept.ts";
import type { Person } from "./read.ts";
import type { Voice } from "./voice.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** What working in topics takes. */
export interface Bench {
  api: Api;
  calls: GroupCalls;
  where: Whereabouts;
  work: DeskWork;
  keeping: Keeping;
  voice: Voice;
  enclosures: Enclosures;
  store: Pick<Store, "readMark">;
  /** In the desk's language. */
  texts: Texts;
  now: () => number;
}

/** Somebody in a topic, at one moment. */
export interface Doer {
  by: Person;
  topic: number;
}

const present: ReadonlySet<string> = new Set(["creator", "administrator", "member"]);

/**
 * Why this person may do nothing, as Telegram has it at this moment.
 *
 * @throws a retryable BotError when Telegram can't be asked.
 */
async function whyNot({ calls, api }: Bench, by: Person): Promise<DeskRefusal | undefined> {
  if (by.isAnonymous) return "anonymous";
  try {
    const member = await calls.call(0, async (chatId) => {
      try {
        return await api.getChatMember(chatId, Number(by.userId));
      } catch (error) {
        if (isNobody(error)) return undefined;
        throw error;
      }
    });
    const isIn =
      member &&
      (present.has(member.status) || (member.status === "restricted" && member.is_member));
    return isIn ? undefined : "notMember";
  } catch (error) {
    // A bot that is not in the group itself would be asked again for ever.
    if (error instanceof PlatformUnavailable && /group/u.test(error.message)) return "notMember";
    throw error;
  }
}

/** Carries out what somebody does, once for each key; why not, where it may not be. */
export async function carryOut(
  bench: Bench,
  { by, topic }: Doer,
  key: string,
  content: ActContent,
): Promise<Refused | undefined> {
  const why = await whyNot(bench, by);
  const thread = threadOf(bench.where.chatId, topic);
  const deed = { desk: "telegram" as const, thread, userId: by.userId, content };
  return bench.work.hand.act({ ...deed, key, ...(why && { why }) });
}

/** What an act would come to, without doing it. */
export async function foresee(
  bench: Bench,
  { by, topic }: Doer,
  content: ActContent,
): Promise<Refused | { messages: readonly Message[] }> {
  const why = await whyNot(bench, by);
  const thread = threadOf(bench.where.chatId, topic);
  const deed = { desk: "telegram" as const, thread, userId: by.userId, content };
  return bench.work.hand.foresee({ ...deed, ...(why && { why }) });
}

/** Refuses, which is recorded. */
export async function deny(
  { work, where }: Bench,
  { by, topic }: Doer,
  content: ActContent,
  why: DeskRefusal,
): Promise<Refused> {
  const thread = threadOf(where.chatId, topic);
  const deed = { desk: "telegram" as const, thread, userId: by.userId, content, why };
  const denied = await work.hand.foresee(deed);
  return "reason" in denied ? denied : { reason: why };
}

export function refusalText(refused: Refused, texts: Texts): string {
  const own = `desk:refused.${refused.reason}`;
  return texts.has(own)
    ? texts.text(own)
    : texts.text(`console:refused.${refused.reason}`, { ...refused } as TextValues);
}

/** Says to somebody's message why it was not carried out, with the way out where it is a button. */
export function refuse(
  { voice, texts }: Bench,
  { topic }: Doer,
  answers: number,
  refused: Refused,
): void {
  const wayOut = { notTaken: "take", ownedBy: "takeOver" } as const;
  const verb = wayOut[refused.reason as keyof typeof wayOut];
  voice.say({
    topic,
    answers,
    spans: [{ text: refusalText(refused, texts), as: "words" }],
    ...(verb && {
      keyboard: [[button(texts.text(`desk:button.${verb}`), { topic, verb, about: "" })]],
    }),
  });
}

/** A message of the group, among all groups. */
export const messageId = ({ where }: Bench, message: number): string =>
  `${where.chatId}/${message}`;
