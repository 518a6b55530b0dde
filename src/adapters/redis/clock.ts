import type { Link } from "./link.ts";
import { deskShard } from "./keys.ts";

/**
 * Redis's time, by which leases and timers go: the clocks of the processes that
 * share it may be hours apart, and may jump. Between two looks it goes on by
 * the one clock of a machine that nobody can set.
 */
export interface ServerClock {
  /** Milliseconds since 1970. */
  now: () => number;
  look(on: Pick<Link, "send">): Promise<void>;
}

export function createServerClock(elapsed: () => number = () => performance.now()): ServerClock {
  /** From the time elapsed to the server's. */
  let offset: number | undefined;
  return {
    now: () => Math.round((offset ?? Date.now() - elapsed()) + elapsed()),
    async look(on) {
      const asked = elapsed();
      // In a cluster always of the same node.
      const [seconds, micros] = (await on.send(deskShard, ["TIME"])) as [string, string];
      const there = Number(seconds) * 1000 + Number(micros) / 1000;
      // It was read somewhere in between: nothing nearer is known, so nothing within is corrected.
      const [least, most] = [there - elapsed(), there - asked];
      offset = Math.min(Math.max(offset ?? (least + most) / 2, least), most);
    },
  };
}
