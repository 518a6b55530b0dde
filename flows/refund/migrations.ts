import { z } from "zod";
import type { Snapshot } from "../../src/core/conversation.ts";
import { languages } from "../../src/core/language.ts";
import type { OpenCase, RefundContext } from "./context.ts";
import { isQuestion } from "./questions.ts";
import { places, standing } from "./standing.ts";

/**
 * How older snapshots become newer ones: `migrations[0]` makes version 1
 * version 2, and so on; `flowVersion` in `policy/figures.ts` is one more than
 * their number. A migration that moves customers sends them to
 * `{ filling: "walking" }`: from there the answers that are kept lead on.
 */
export const migrations: readonly ((snapshot: Snapshot) => Snapshot)[] = [completeCases];

/** To version 2: the first cases were stored without what the desk counts and decides by. */
function completeCases({ value, context }: Snapshot): Snapshot {
  const { case: open, pastCases, ...rest } = context as RefundContext;
  const complete = (one: OpenCase): OpenCase => ({
    ...one,
    factsRevision: one.factsRevision ?? 1,
    waitsFor: one.waitsFor ?? "shop",
    waitingSince: one.waitingSince ?? one.openedAt,
  });
  return {
    value,
    context: {
      ...rest,
      pastCases: pastCases.map(complete),
      ...(open && { case: complete(open) }),
    },
  };
}

/** What every part of the flow relies on; answers are looked at one by one as they are used. */
const contextShape = z.looseObject({
  at: z.number(),
  dice: z.string(),
  timeZone: z.string(),
  language: z.enum(languages),
  answers: z.record(z.string().refine(isQuestion), z.unknown()),
  path: z.array(z.string().refine(isQuestion)),
  sources: z.record(z.string(), z.string()),
  evidence: z.array(z.looseObject({ id: z.string(), sha256: z.string() })),
  misses: z.number(),
  confirmed: z.boolean(),
  pastCases: z.array(z.looseObject({ number: z.string() })),
});

/** @throws when the flow can't go on from this snapshot. */
export function check(snapshot: Snapshot): void {
  contextShape.parse(snapshot.context);
  const { place } = standing(snapshot);
  if (!places.includes(place))
    throw new TypeError("the dialogue stands at no place of this version");
}
