import { unsentKeptMs } from "../core/evidence.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceStore } from "../ports/evidence.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";

/** Not in the rush of a start. */
const firstAfterMs = 10 * 60_000;
const everyMs = 6 * 3_600_000;

interface Parts {
  store: Pick<Store, "unnamedEvidence">;
  evidence: Pick<EvidenceStore, "keptBefore" | "remove">;
  clock: Clock;
}

/**
 * Removes uploads that were never sent, and answers how many. No send can
 * come in between: an upload's ticket ends an hour before its file may go, so
 * whatever names it is committed before anyone looks.
 */
export function createEvidenceSweep({ store, evidence, clock }: Parts): () => Promise<number> {
  // What was named once stays named: only what came since the last look is looked for in the log.
  const named = new Set<string>();
  return async () => {
    const kept = await evidence.keptBefore(clock.now() - unsentKeptMs);
    const open = new Set(kept.filter((id) => !named.has(id)));
    if (open.size === 0) return 0;
    const unsent = await store.unnamedEvidence(open);
    for (const id of open) if (!unsent.has(id)) named.add(id);
    for (const id of unsent) await evidence.remove(id);
    return unsent.size;
  };
}

/** Sweeps now and then, beside everything else. */
export function startEvidenceSweep(
  parts: Parts & { log: Log; sleep: (ms: number) => { done: Promise<void>; abort: () => void } },
): { stop(): Promise<void> } {
  const { log, sleep } = parts;
  const sweep = createEvidenceSweep(parts);
  let stopped = false;
  let sleeping = sleep(firstAfterMs);
  const running = run();
  return {
    async stop() {
      stopped = true;
      sleeping.abort();
      await running;
    },
  };

  async function run(): Promise<void> {
    for (;;) {
      await sleeping.done;
      if (stopped) return;
      try {
        const removed = await sweep();
        if (removed > 0) log.info({ removed }, "uploads that were never sent are removed");
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unexpected";
        log.warn({ code }, "uploads that were never sent could not be removed and are tried again");
      }
      sleeping = sleep(everyMs);
      if (stopped) sleeping.abort();
    }
  }
}
