/** The policy's thresholds and its version: change them here, then run the tests. All are compared inclusively. */
export const figures = {
  /** The policy text's own date. */
  version: "2025-10-02",
  /** Drops within this many days from the end of the delivery are covered (5.5). */
  guaranteeDays: 30,
  /** After the guarantee a drop up to this many percent of what was delivered is not (5.4a). */
  smallDropPercent: 10,
  /** Automatic services start within this many hours from the purchase (5.8). */
  autoStartHours: 12,
  /** Accounts are replaced when asked for within this many hours from when they were sent (5.9a). */
  accountClaimHours: 12,
} as const;

/** Of the flow: raised when snapshots that it wrote before can't be opened as they are. */
export const flowVersion = 2;
