import type { Store } from "../../../ports/store.ts";

/** The group in which agents work. A group that becomes a supergroup gets another number, for good. */
export interface Whereabouts {
  readonly chatId: number;
  /** Reads where the group has moved to; once, before anything else is asked. */
  load(): Promise<void>;
  /** Durable when it returns. */
  move(to: number): Promise<void>;
}

/** @param configured the group's number, as the shop has set it. */
export function createWhereabouts(
  configured: string,
  store: Pick<Store, "readMark" | "writeMarks">,
): Whereabouts {
  const mark = `desk:telegram:chat:${configured}`;
  let chatId = Number(configured);
  return {
    get chatId() {
      return chatId;
    },
    async load() {
      chatId = Number((await store.readMark(mark)) ?? configured);
    },
    async move(to) {
      await store.writeMarks([{ name: mark, value: String(to) }]);
      chatId = to;
    },
  };
}
