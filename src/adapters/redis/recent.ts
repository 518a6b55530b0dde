import type { Conversation } from "../../core/conversation.ts";

/** Some ten megabytes. */
const mostRecent = 1000;

/** Conversations as this process saw them last, the longest unseen forgotten first. */
export interface Recent {
  get(conversationId: string): Conversation | undefined;
  keep(conversation: Conversation): void;
  /** Another may have committed to it; to any of them if none is named. */
  forget(conversationId?: string): void;
}

export function createRecent(): Recent {
  const seen = new Map<string, Conversation>();
  return {
    get: (conversationId) => seen.get(conversationId),
    keep(conversation) {
      seen.delete(conversation.id);
      seen.set(conversation.id, conversation);
      const [oldest] = seen.keys();
      if (seen.size > mostRecent && oldest !== undefined) seen.delete(oldest);
    },
    forget(conversationId) {
      if (conversationId === undefined) seen.clear();
      else seen.delete(conversationId);
    },
  };
}
