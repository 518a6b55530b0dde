/** What one customer does, in its order; customers don't wait for each other. */
export interface Lanes {
  run<T>(userId: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(userId, work) {
      const before = last.get(userId) ?? Promise.resolve();
      const running = before.then(work);
      const ended = running
        .catch(() => {})
        .finally(() => {
          if (last.get(userId) === ended) last.delete(userId);
        });
      last.set(userId, ended);
      return running;
    },
    async idle() {
      while (last.size > 0) await Promise.all(last.values());
    },
  };
}
