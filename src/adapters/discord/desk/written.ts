import { MessageType, type APIMessage } from "@discordjs/core";
import type { ActContent } from "../../../core/act.ts";
import type { DeskRefusal, DeskWork, Refused } from "../../../ports/desk.ts";
import type { Log } from "../../../ports/log.ts";
import type { Store } from "../../../ports/store.ts";
import type { TextLibrary } from "../../../ports/texts.ts";
import { wordOf } from "../failure.ts";
import { fileOf } from "../files.ts";
import type { Lanes } from "../lanes.ts";
import { plain } from "../markdown.ts";
import { inert, nonceOf } from "../outbound.ts";
import type { Rest } from "../rest.ts";
import { isLater } from "../rooms.ts";
import type { Attached } from "./attached.ts";
import { refusalText } from "./press.ts";

const prefix = "discord:desk-seen:";
const patienceMs = 10_000;
const mostLooks = 12;
const lookAgainMs = 250;
/** Begins what stays among colleagues where all else goes to the customer. */
const noteMark = "//";

/** What people write; all else is Discord's own (somebody joined, pinned, renamed). */
const people: ReadonlySet<MessageType> = new Set([MessageType.Default, MessageType.Reply]);

/** What agents write in the posts. */
export interface Written {
  /**
   * Takes a message in a case's post, in its order; false where it is none.
   * Resolves when it is durable.
   *
   * @param why why its writer may not write there, asked once it is one's to be taken.
   */
  take(message: APIMessage, why: () => Promise<DeskRefusal | undefined>): Promise<void>;
  /** Where everything goes out, an edit of what an agent wrote gives the customer its new words. */
  edited(message: APIMessage): Promise<void>;
  /** The last message of this post that is durable. */
  seen(thread: string): string | undefined;
  forget(thread: string): Promise<void>;
}

export async function openWritten(
  parts: {
    rest: Rest;
    lanes: Lanes;
    attached: Attached;
    hasOpened: (thread: string) => boolean;
    /** Until it is durable. @throws Error only while the bot closes. */
    durably: (work: () => Promise<void>) => Promise<void>;
    sleep: (ms: number) => { done: Promise<void> };
    store: Pick<Store, "readMarks" | "writeMarks">;
    texts: TextLibrary;
    log: Log;
  } & Pick<DeskWork, "hand" | "language" | "repliesAreMarked">,
): Promise<Written> {
  const {
    rest,
    lanes,
    attached,
    hasOpened,
    durably,
    sleep,
    store,
    texts,
    log,
    hand,
    language,
    repliesAreMarked,
  } = parts;
  const last = new Map(
    (await store.readMarks(prefix)).map(({ name, value }) => [name.slice(prefix.length), value]),
  );

  return {
    seen: (thread) => last.get(thread),

    async take(message, why) {
      const { channel_id: thread, id } = message;
      if (!isPeoples(message)) return;
      await inOrder(thread, async () => {
        if (!(await isCase(thread))) return;
        const content = contentOf(message, repliesAreMarked);
        if (content) await act(message, content, await why());
        if (!isLater(id, last.get(thread))) return;
        last.set(thread, id);
        await store.writeMarks([{ name: prefix + thread, value: id }]);
      });
    },

    async edited(message) {
      const { channel_id: thread, id, content: text, edited_timestamp: editedAt } = message;
      if (repliesAreMarked || !editedAt || !text || !isPeoples(message)) return;
      await inOrder(thread, async () => {
        const sent = await hand.sentUnder("discord", thread, `m:${id}`);
        if (sent === undefined) return;
        const key = `e:${id}:${nonceOf(text)}`;
        const content: ActContent = { type: "reworded", message: sent, text };
        const userId = message.author.id;
        const refusal = await hand.act({ desk: "discord", thread, userId, key, content });
        if (refusal) await tell(thread, id, refusal);
      });
    },

    async forget(thread) {
      if (last.delete(thread)) await store.writeMarks([{ name: prefix + thread }]);
    },
  };

  /** What comes later to this post waits until this is durable. */
  function inOrder(thread: string, work: () => Promise<void>): Promise<void> {
    return lanes.run(`desk:${thread}`, () => durably(work));
  }

  /** One who is fast writes before it is known which case a new post is. */
  async function isCase(thread: string): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      if (await hand.caseIn("discord", thread)) return true;
      if (tries >= mostLooks || !hasOpened(thread)) return false;
      await sleep(lookAgainMs).done;
    }
  }

  /** What goes to the customer takes its files along, and what of theirs it answers where that can be told. */
  async function withFiles(
    message: APIMessage,
    content: ActContent,
  ): Promise<{ content: ActContent } | { refused: Refused }> {
    if (content.type !== "said") return { content };
    const answers = await answered(message);
    return withAttached(message, answers === undefined ? content : { ...content, answers });
  }

  async function answered({
    channel_id: thread,
    referenced_message: shown,
  }: APIMessage): Promise<string | undefined> {
    return shown?.author.bot ? hand.heardIn("discord", thread, plain(shown.content)) : undefined;
  }

  async function withAttached(
    { channel_id: channelId, id: messageId, attachments }: APIMessage,
    content: ActContent & { type: "said" },
  ): Promise<{ content: ActContent } | { refused: Refused }> {
    if (attachments.length === 0) return { content };
    const taken = await attached(attachments.map((one) => fileOf(one, { channelId, messageId })));
    return "refused" in taken ? taken : { content: { ...content, files: taken.files } };
  }

  async function act(
    message: APIMessage,
    content: ActContent,
    platform: DeskRefusal | undefined,
  ): Promise<void> {
    const { channel_id: thread, id, author, webhook_id: webhook } = message;
    const why = webhook === undefined ? platform : "anonymous";
    const deed = { desk: "discord" as const, thread, userId: author.id, ...(why && { why }) };
    const whole = why ? { content } : await withFiles(message, content);
    const refusal =
      "refused" in whole
        ? whole.refused
        : await hand.act({ ...deed, key: `m:${id}`, content: whole.content });
    if (refusal) await tell(thread, id, refusal);
  }

  /** A message has no answer that only its writer sees, so a reply to it says why nothing came of it. */
  async function tell(thread: string, id: string, refusal: Refused): Promise<void> {
    try {
      await rest.patiently(
        (api) =>
          api.channels.createMessage(thread, {
            ...inert,
            content: `⚠ ${refusalText(refusal, texts.in(language))}`,
            message_reference: { message_id: id, fail_if_not_exists: false },
            nonce: nonceOf(`refused:${id}`),
            enforce_nonce: true,
          }),
        patienceMs,
      );
    } catch (error) {
      log.warn({ code: wordOf(error) }, "an agent could not be told why nothing was done");
    }
  }
}

const isPeoples = ({ type, author, webhook_id: webhook, application_id: app }: APIMessage) =>
  people.has(type) && app === undefined && (webhook !== undefined || author?.bot !== true);

/** Undefined for what has no words, such as a sticker. */
function contentOf(
  { content, attachments }: APIMessage,
  repliesAreMarked: boolean,
): ActContent | undefined {
  const names = attachments.map(({ filename }) => `📎 ${filename}`);
  const isNote = repliesAreMarked || content.startsWith(noteMark);
  const words = isNote && !repliesAreMarked ? content.slice(noteMark.length) : content;
  const text = [...(words.trim() === "" ? [] : [words.trim()]), ...(isNote ? names : [])].join(
    "\n",
  );
  if (text === "" && names.length === 0) return undefined;
  return isNote ? { type: "noted", text } : { type: "said", text };
}
