/** Tells the open pages that something was committed. */
export interface Changes {
  /** A page that listens from now on, to all or, as its reader, to one conversation above all. */
  open(conversationId?: string): Listener;
  /** To every page. */
  tell(conversationId: string): void;
  /** To those that show this conversation. */
  tellReaders(conversationId: string): void;
  close(): void;
}

export interface Listener {
  /** The conversations that changed since the last call, at the latest after `withinMs`; undefined once it is closed. */
  next(withinMs: number): Promise<ReadonlySet<string> | undefined>;
  close(): void;
}

/** More than any shop has agents with tabs; the oldest gives way. */
const mostListeners = 200;

export function createChanges(): Changes {
  const listeners = new Set<OpenListener>();

  class OpenListener implements Listener {
    #changed = new Set<string>();
    #isClosed = false;
    #resume: (() => void) | undefined;
    readonly reads: string | undefined;

    constructor(reads: string | undefined) {
      this.reads = reads;
    }

    async next(withinMs: number): Promise<ReadonlySet<string> | undefined> {
      if (this.#changed.size === 0 && !this.#isClosed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          this.#resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        this.#resume = undefined;
      }
      const changed = this.#changed;
      this.#changed = new Set();
      return this.#isClosed ? undefined : changed;
    }

    hear(conversationId: string): void {
      this.#changed.add(conversationId);
      this.#resume?.();
    }

    close(): void {
      this.#isClosed = true;
      listeners.delete(this);
      this.#resume?.();
    }
  }

  return {
    open(conversationId) {
      const [oldest] = listeners;
      if (listeners.size >= mostListeners) oldest?.close();
      const listener = new OpenListener(conversationId);
      listeners.add(listener);
      return listener;
    },
    tell(conversationId) {
      for (const listener of listeners) listener.hear(conversationId);
    },
    tellReaders(conversationId) {
      for (const listener of listeners)
        if (listener.reads === conversationId) listener.hear(conversationId);
    },
    close() {
      for (const listener of listeners) listener.close();
    },
  };
}
