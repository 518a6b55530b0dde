import { describe, expect, it } from "vitest";
import { chaos } from "../support/chaos/chaos.ts";
import { report } from "../support/chaos/report.ts";
import { broken, judgeChaos } from "../support/chaos/verdict.ts";
import { redisFault } from "../support/redis.ts";

const seed = Number(process.env["SEED"] ?? 7);
const giveUpAfterMs = 420_000;

// The long form is `npm run chaos`; `test/support/chaos/verdict.test.ts` proves the judge.
describe.skipIf(await redisFault())(`everything goes wrong around two bots (SEED=${seed})`, () => {
  it(
    "loses, doubles and reorders nothing, stores what the log says and comes to rest",
    async () => {
      const found = await chaos({
        seed,
        people: 3,
        agents: 2,
        forMs: 18_000,
        gapMs: [200, 1500],
        pauseMs: [6500, 8000],
        restWithinMs: 120_000,
        isWebhook: seed % 2 === 0,
        // With `everysec` a kill of Redis may lose what was answered.
        appendfsync: "always",
      });
      const verdict = judgeChaos(found);
      console.log(report(found, verdict));
      expect(broken(verdict)).toEqual({});
      expect(found.windows.length).toBeGreaterThan(8);
      expect(found.people.web.length).toBeGreaterThanOrEqual(3);
    },
    giveUpAfterMs,
  );
});
