/** Who reads along in which conversation. */
export interface Streams {
  /** A reader of a conversation's log; the oldest gives way when one visitor has too many. */
  open(conversationId: string): Stream | undefined;
  /** Something was committed to this conversation. */
  wake(conversationId: string): void;
  /** Something may have been committed to any. */
  wakeAll(): void;
  close(): void;
}

export interface Stream {
  /**
   * Waits until there may be something to read. A wake between two calls is
   * not missed. `superseded` and `closed` are the last answers.
   */
  next(withinMs: number): Promise<"woken" | "silent" | "superseded" | "closed">;
  close(): void;
}

/** A browser has six connections for a host on HTTP/1.1: streams of more tabs would leave none to send on. */
const maxPerConversation = 4;
const maxInAll = 10_000;

export function createStreams(): Streams {
  const byConversation = new Map<string, Set<Reader>>();
  let count = 0;

  class Reader implements Stream {
    #state: "idle" | "woken" | "superseded" | "closed" = "idle";
    #resume: (() => void) | undefined;
    readonly #conversationId: string;

    constructor(conversationId: string) {
      this.#conversationId = conversationId;
    }

    async next(withinMs: number): Promise<"woken" | "silent" | "superseded" | "closed"> {
      if (this.#state === "idle") {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          this.#resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        this.#resume = undefined;
      }
      const state = this.#state;
      if (state === "woken") this.#state = "idle";
      return state === "idle" ? "silent" : state;
    }

    signal(state: "woken" | "superseded" | "closed"): void {
      if (this.#state === "superseded" || this.#state === "closed") return;
      this.#state = state;
      if (state !== "woken") this.#leave();
      this.#resume?.();
    }

    close(): void {
      this.signal("closed");
    }

    #leave(): void {
      const readers = byConversation.get(this.#conversationId);
      if (!readers?.delete(this)) return;
      count--;
      if (readers.size === 0) byConversation.delete(this.#conversationId);
    }
  }

  return {
    open(conversationId) {
      if (count >= maxInAll) return undefined;
      const readers = byConversation.get(conversationId) ?? new Set();
      if (readers.size >= maxPerConversation) [...readers][0]?.signal("superseded");
      const reader = new Reader(conversationId);
      byConversation.set(conversationId, readers.add(reader));
      count++;
      return reader;
    },
    wake(conversationId) {
      for (const reader of byConversation.get(conversationId) ?? []) reader.signal("woken");
    },
    wakeAll() {
      for (const readers of byConversation.values()) {
        for (const reader of readers) reader.signal("woken");
      }
    },
    close() {
      for (const readers of byConversation.values()) {
        for (const reader of readers) reader.signal("closed");
      }
    },
  };
}
