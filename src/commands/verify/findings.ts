/** A promise of the bot that does not hold: which, what breaks it, and where that was seen. */
export interface Finding {
  promise: string;
  what: string;
  where: string;
}

export const told = ({ promise, what, where }: Finding): string =>
  `\nBroken: ${promise}\n  ${what}\n  at ${where}`;

/** Why there is no machine, from what building it threw. */
export function whyNotBuilt(error: unknown): Finding {
  const [message = ""] = String(error).split("\n");
  const [, missing] = /state node '#?([\w.]+)' does not exist/u.exec(String(error)) ?? [];
  return missing === undefined
    ? { promise: "the machine can be built", what: message, where: "flows/refund" }
    : {
        promise: "every topic has a chart, and every way leads to a state",
        what: `a way leads to ${missing}, but there is no such state: a topic needs a chart in topics/ and its name among the states of filling`,
        where: "flows/refund/machine.ts",
      };
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
