import type { Act } from "./telegram/customers.ts";

/** On Telegram: a part is missing and 40 % of the price is to come back, in 12 turns without a detour. */
export const refund: readonly Act[] = [
  "/start partial",
  "48213",
  { press: "progress:completed" },
  "1 000",
  "600",
  { press: "dropNoticed:no" },
  "29,90 €",
  "1000 abonnés Instagram",
  "https://instagram.com/anna",
  { press: "description:skip" },
  { press: "pictures:none" },
  { press: "confirm" },
];

/** One conversation of so many turns: begun anew again and again before the end. */
export function long(turns: number): Act[] {
  const round: Act[] = [...refund.slice(0, -1), "/cancel"];
  return Array.from({ length: turns }, (_, turn) => round[turn % round.length] ?? "");
}
