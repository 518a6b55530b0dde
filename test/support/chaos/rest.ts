import { setTimeout as delay } from "node:timers/promises";
import { type Plant, planted } from "../storm/plants.ts";
import type { Found, Reader } from "./evidence.ts";
import type { Told } from "./people.ts";
import { clockAhead } from "./plants.ts";
import type { Surroundings } from "./surroundings.ts";

const aDayAndMore = 25 * 3_600_000;

/** Redis says that a day has passed; silence is noticed by two processes, of which one is killed meanwhile. */
export async function passADay(
  { bots, exits }: Surroundings,
  reader: Reader,
  { restWithinMs, plant }: { restWithinMs: number; plant?: Plant },
) {
  for (const slot of bots.slots) exits.push(await slot.stop());
  reader.ahead(aDayAndMore);
  if (!(await reader.waiting()).isDue) return ["no timer came due in a day"];
  const later = planted(clockAhead(aDayAndMore), ...(plant ? [plant] : []));
  await Promise.all(bots.slots.map((slot) => slot.start(later)));
  const [slot] = bots.slots;
  await slot?.kill();
  await slot?.start();
  const isRested = await rested(reader, Date.now() + restWithinMs);
  return isRested ? [] : [`a day later ${await reader.describeWaiting()}`];
}

/** Resolves with whether nothing waits any more and nothing is due. */
export const rested = (reader: Reader, deadline: number): Promise<boolean> =>
  until(deadline, async () => {
    const { replies, isDue } = await reader.waiting();
    return replies === 0 && !isDue;
  });

/** Every message on the web is on its page; the verdict tells what is not. */
export async function pagesComplete(people: Told, reader: Reader, deadline: number): Promise<void> {
  const known = new Set(people.web.flatMap(({ acknowledged }) => acknowledged));
  // A start whose answer was lost has opened one that nobody reads.
  const isRead = ({ log }: Found) =>
    log.some(({ body }) => body.type === "event" && known.has(body.key.split(":").at(-1) ?? ""));
  const found = [...(await reader.conversations()).values()].filter(isRead);
  const messages = found
    .filter(({ stored }) => stored.channel === "web")
    .flatMap(({ log }) => log.filter(({ body }) => body.type === "message"));
  await until(deadline, async () => {
    const shown = people.web.reduce(
      (sum, { seen }) => sum + seen.filter(({ from }) => from === "bot").length,
      0,
    );
    return shown >= messages.length;
  });
}

export async function until(deadline: number, is: () => Promise<boolean>): Promise<boolean> {
  while (Date.now() < deadline) {
    if (await is().catch(() => false)) return true;
    await delay(150);
  }
  return false;
}
