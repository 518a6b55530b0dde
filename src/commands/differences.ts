import { isDeepStrictEqual } from "node:util";

export interface Difference {
  /** The way to it, with points: `assessment.refund.estimate.amountMinor`. */
  field: string;
  before: unknown;
  after: unknown;
}

/** What two values of plain JSON do not have alike, field by field. A list counts as one field. */
export function differences(before: unknown, after: unknown, field = ""): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [{ field, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    differences(before[name], after[name], field === "" ? name : `${field}.${name}`),
  );
}

/** A value on one line; what is not there is said to be absent. */
export const shown = (value: unknown): string =>
  value === undefined ? "absent" : JSON.stringify(value);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
