import type { Chance } from "../chance.ts";
import type { Surroundings } from "./surroundings.ts";

/** Something that goes wrong, until it resolves. */
export type Disturbance = (around: Surroundings, chance: Chance) => Promise<void>;

export type DisturbanceName = keyof typeof disturbances;

/** Everything that the plan draws from; how often each is drawn is its weight. */
export const disturbances = {
  /** kill -9, and a new process at once. */
  kill: {
    weight: 5,
    run: async ({ bots, nap }, chance) => {
      const slot = chance.pick(bots.slots);
      await slot.kill();
      await nap(chance.between(0, 500));
      await slot.start();
    },
  },
  /** SIGTERM in traffic, and a new process at once. */
  restart: {
    weight: 2,
    run: async ({ bots, exits }, chance) => {
      const slot = chance.pick(bots.slots);
      exits.push(await slot.stop());
      await slot.start();
    },
  },
  /** SIGSTOP for longer than a role is kept; in the long form longer than what it has in hand, too. */
  pause: {
    weight: 2,
    run: async ({ bots, nap, pauseMs }, chance) => {
      const slot = chance.pick(bots.slots);
      slot.pause();
      await nap(chance.between(...pauseMs));
      slot.goOn();
    },
  },
  /** kill -9 of Redis, which comes back with what is in its file. */
  redisKill: {
    weight: 2,
    run: async ({ redis, nap }, chance) => {
      await redis.kill();
      await nap(chance.between(200, 3000));
      await redis.restart();
    },
  },
  /** No way to Redis for a while. */
  cut: {
    weight: 2,
    run: async ({ proxy, nap }, chance) => {
      proxy.cut();
      await nap(chance.between(100, 4000));
      proxy.mend();
    },
  },
  /** A slow way to Redis. */
  delay: {
    weight: 2,
    run: async ({ proxy, nap }, chance) => {
      proxy.delay(chance.between(20, 300));
      await nap(chance.between(1000, 4000));
      proxy.mend();
    },
  },
  /** The connection stays and is silent. */
  silence: {
    weight: 1,
    run: async ({ proxy, nap }, chance) => {
      proxy.silence();
      await nap(chance.between(1000, 4000));
      proxy.mend();
    },
  },
  /** Answers of Redis end in the middle. */
  truncate: {
    weight: 2,
    run: async ({ proxy, nap }, chance) => {
      for (let times = chance.between(1, 4); times > 0; times--) {
        proxy.truncate();
        await nap(chance.between(100, 600));
      }
    },
  },
  /** Nothing more fits on Redis's disk for a while. */
  diskFull: {
    weight: 1,
    run: async ({ fillDisk, nap }, chance) => {
      const free = await fillDisk();
      await nap(chance.between(500, 4000));
      await free();
    },
  },
  /** The clock of a process jumps, and stays where it is. */
  clock: {
    weight: 2,
    run: async ({ bots }, chance) => {
      chance.pick(bots.slots).clock?.set(chance.between(-7200, 7200) * 1000);
    },
  },
  /** Every connection of customers on the web breaks, so what they said comes twice. */
  customersCut: { weight: 2, run: async ({ bots }) => bots.cut() },
  /** What customers on the web, agents and a webhook bring is taken by two processes at the same moment. */
  race: {
    weight: 2,
    run: async ({ bots, nap }, chance) => {
      bots.race(true);
      bots.cut();
      await nap(chance.between(1000, 4000));
      bots.race(false);
    },
  },
  /** The gateway of Discord breaks, or asks for a new connection. */
  gateway: {
    weight: 2,
    run: async ({ discord }, chance) => {
      if (chance.oneIn(2)) discord.gateway.cut();
      else discord.gateway.reconnect();
    },
  },
  /** Telegram brings what it had brought before, after what came later, under numbers that nobody knows. */
  updatesAgain: {
    weight: 2,
    run: async ({ telegram }, chance) => telegram.world.updates.bringAgain(chance.between(1, 20)),
  },
} satisfies Record<string, { weight: number; run: Disturbance }>;
