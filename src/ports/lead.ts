/** What one process at a time does. */
export interface Work {
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>;
  /**
   * Whether it may go on, though the store can't be asked since then whose role
   * it is: no sign of another process that does it has been seen, and what comes
   * meanwhile has room. Absent where another would not be seen.
   */
  mayGoOn?(since: number): boolean;
}

export interface Leading {
  /** Ends the work and gives the role to whoever wants it. */
  stop(): Promise<void>;
}

/** Does `work` while this process has the role, each time that it gets it. */
export type Lead = (role: string, work: () => Work) => Leading;
