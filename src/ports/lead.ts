/** What one process at a time does. */
export interface Work {
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>;
}

export interface Leading {
  /** Ends the work and gives the role to whoever wants it. */
  stop(): Promise<void>;
}

/** Does `work` while this process has the role, each time that it gets it. */
export type Lead = (role: string, work: () => Work) => Leading;
