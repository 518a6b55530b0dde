import { setTimeout as delay } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import type { BotEntry, Customer, Saying } from "./customer.ts";

export const words: readonly string[] = [
  "48213",
  "1 000",
  "12,5k",
  "900",
  "29,90 €",
  "299 kr",
  "hier",
  "i förrgår",
  "il y a 5 jours",
  "3 oktober",
  "Abonnés Instagram",
  "https://instagram.com/anna",
  "anna@example.org",
  "🙂",
  "Les abonnés sont partis après une semaine",
];

/** One white pixel. */
export const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/**
 * Brings problem after problem to its end until it is enough: mostly by the
 * buttons that are offered, sometimes in words, with the ways back, the
 * changes and the stale buttons of people who are not sure.
 *
 * @param enough asked at the end of each problem, with how many there were.
 */
export async function bringProblems(
  customer: Customer,
  chance: Chance,
  enough: (ended: number) => boolean,
): Promise<void> {
  let ended = 0;
  let before = await customer.open();
  let now = before;
  for (;;) {
    const atAnEnd = now.message.choices.some(({ id }) => id === "another");
    if (atAnEnd && enough(ended + 1)) return;
    await delay(chance.between(2, 20));
    const another = atAnEnd && chance.oneIn(2);
    if (another) ended++;
    const saying = another
      ? { choice: "another", revision: now.revision }
      : await nextSaying(customer, before, now, chance);
    [before, now] = [now, await customer.say(saying)];
  }
}

async function nextSaying(
  customer: Customer,
  before: BotEntry,
  now: BotEntry,
  chance: Chance,
): Promise<Saying> {
  const { choices, awaits, blocks } = now.message;
  const press = (from: readonly { id: string }[], { revision } = now) => ({
    choice: chance.pick(from).id,
    revision,
  });
  const changes = blocks.flatMap((block) =>
    block.type === "review" ? block.rows.map((row) => row.change) : [],
  );
  const answers = choices.filter(({ weight }) => weight !== "quiet");
  if (chance.oneIn(30)) return press(before.message.choices, before);
  if (chance.oneIn(30))
    return press(["fr", "sv", "en"].map((language) => ({ id: `language:${language}` })));
  if (chance.oneIn(25)) return press(choices);
  if (changes.length > 0 && chance.oneIn(6)) return press(changes);
  if (awaits === "files" && chance.oneIn(3)) {
    const token = await customer.upload("preuve.png", pixel);
    if (token) return { files: [token] };
  }
  if (answers.length === 0 || (awaits && awaits !== "files" && chance.oneIn(3)))
    return { text: chance.pick(words) };
  return press(answers);
}
