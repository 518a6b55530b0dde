import { BotError, FileUnavailable } from "../../../core/errors.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { FileRef } from "../../../core/inbound.ts";
import type { FileSource } from "../../../ports/channel.ts";
import type { DeskWork, Refused } from "../../../ports/desk.ts";
import type { Log } from "../../../ports/log.ts";
import type { SaidInTopic } from "./read.ts";

/** An album has no end mark: it is whole when no part has come for a while. */
const albumQuietMs = 1500;
const mostTries = 4;
const pauseMs = 1000;

/** What agents attach. It is gathered and fetched beside the updates, which must not wait for it. */
export interface Enclosures {
  /** Calls `take` with the message, or with the whole album once all of it is there. */
  gather(said: SaidInTopic, take: (whole: SaidInTopic) => Promise<void>): Promise<void>;
  /** The files, kept, in order; or why one can't be. */
  fetch(files: readonly FileRef[]): Promise<readonly Evidence[] | Refused>;
  /** What goes on beside; never rejects. */
  beside(work: () => Promise<void>, failed: () => void): void;
  stop(): Promise<void>;
}

export function createEnclosures(parts: {
  source: FileSource;
  keepEvidence: DeskWork["keepEvidence"];
  log: Log;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Enclosures {
  const { source, keepEvidence, log, sleep } = parts;
  const albums = new Map<string, SaidInTopic>();
  const underWay = new Set<Promise<void>>();
  const naps = new Set<{ abort: () => void }>();
  let stopped = false;

  return { gather, fetch, beside, stop };

  async function gather(said: SaidInTopic, take: (whole: SaidInTopic) => Promise<void>) {
    const { album } = said;
    if (album === undefined || said.editedAt !== undefined) return take(said);
    const key = `${said.topic}:${album}`;
    const before = albums.get(key);
    albums.set(key, before ? joined(before, said) : said);
    if (before) return;
    beside(
      async () => {
        for (let seen = 0; seen < (albums.get(key)?.files.length ?? 0) && !stopped;) {
          seen = albums.get(key)?.files.length ?? 0;
          await nap(albumQuietMs);
        }
        const whole = albums.get(key);
        albums.delete(key);
        if (whole && !stopped) await take(whole);
      },
      () => {},
    );
  }

  async function fetch(files: readonly FileRef[]): Promise<readonly Evidence[] | Refused> {
    const kept: Evidence[] = [];
    for (const file of files) {
      const one = await fetchOne(file);
      if ("reason" in one) return one;
      kept.push(one);
    }
    return kept;
  }

  async function fetchOne(file: FileRef): Promise<Evidence | Refused> {
    for (let tries = 1; ; tries++) {
      try {
        const found = await keepEvidence(await source.fetch(file), file.name);
        if (!("refused" in found)) return found;
        return { reason: "fileRefused", file: file.name || "…", refusal: found.refused };
      } catch (error) {
        if (error instanceof FileUnavailable)
          return { reason: "fileRefused", file: file.name || "…", refusal: error.refusal };
        if (tries >= mostTries || stopped) throw error;
        await nap(pauseMs * tries);
      }
    }
  }

  function beside(work: () => Promise<void>, failed: () => void): void {
    const going = work()
      .catch((error: unknown) => {
        const code = error instanceof BotError ? error.code : "unexpected";
        log.error({ code }, "what an agent attached could not be taken");
        failed();
      })
      .finally(() => underWay.delete(going));
    underWay.add(going);
  }

  async function nap(ms: number): Promise<void> {
    const one = sleep(ms);
    naps.add(one);
    await one.done;
    naps.delete(one);
  }

  async function stop(): Promise<void> {
    stopped = true;
    for (const one of naps) one.abort();
    await Promise.all(underWay);
  }
}

/** The words stand with one of the parts, mostly the first. */
function joined(before: SaidInTopic, next: SaidInTopic): SaidInTopic {
  const worded = before.text === "" && before.command === undefined ? next : before;
  const answers = before.answers ?? next.answers;
  return {
    ...worded,
    messageId: Math.min(before.messageId, next.messageId),
    files: [...before.files, ...next.files],
    ...(answers !== undefined && { answers }),
  };
}
