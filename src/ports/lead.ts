/** What one process at a time does. */
export interface Work {
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>;
  /**
   * Whether no sign of another process that does it has been seen since then.
   * As long it goes on while the store can't be asked whose role it is; absent
   * where another would not be seen.
   */
  isAlone?(since: number): boolean;
}

export interface Leading {
  /** Ends the work and gives the role to whoever wants it. */
  stop(): Promise<void>;
}

/** Does `work` while this process has the role, each time that it gets it. */
export type Lead = (role: string, work: () => Work) => Leading;
