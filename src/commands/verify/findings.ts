/** A promise of the bot that does not hold: which, what breaks it, and where that was seen. */
export interface Finding {
  promise: string;
  what: string;
  where: string;
}

/** What a check looked at, in figures, and what it found. */
export interface Checked {
  figures: Readonly<Record<string, number>>;
  findings: readonly Finding[];
  /** Not broken, but worth a look. */
  warnings: readonly string[];
}

/** Collects what is broken, each thing once, with the first place where it was seen. */
export function openLedger() {
  const found = new Map<string, Finding>();
  return {
    broken: (promise: string, what: string, where: string): void => {
      const known = `${promise}\n${what}`;
      if (!found.has(known)) found.set(known, { promise, what, where });
    },
    findings: () => [...found.values()],
  };
}

export type Ledger = ReturnType<typeof openLedger>;
