import { StoreUnavailable } from "../../core/errors.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import {
  type Answer,
  type Bucket,
  type BucketOptions,
  BucketRefusal,
  openBucket,
} from "./bucket.ts";

const folder = "evidence/";
const endings = { view: ".view.webp", original: ".original" } as const;

/**
 * Keeps `evidence/<first two of id>/<id>.original` and `.view.webp` in a
 * bucket that several machines share. No object is given a right of its own:
 * they are as private as the bucket.
 */
export function openS3Evidence(options: BucketOptions): EvidenceStore {
  const bucket = openBucket(options);

  /** Without ending; undefined for what never was an id. */
  const keyOf = (id: string) =>
    /^[A-Za-z0-9_-]{16,64}$/.test(id) ? `${folder}${id.slice(0, 2)}/${id}` : undefined;

  async function read(id: string, ending: string): Promise<Uint8Array | undefined> {
    const key = keyOf(id);
    if (key === undefined) return undefined;
    return unlessRefused("read evidence", async () => {
      const answer = await bucket.ask("GET", key + ending);
      return isMissing(answer) ? undefined : accepted(answer).bytes;
    });
  }

  return {
    async keep(id, original, view) {
      const key = keyOf(id);
      if (key === undefined) throw new TypeError("an evidence id is 16 to 64 letters of base64url");
      await unlessRefused("keep evidence", async () => {
        // Without the right to list, S3 says 403 of what is not there.
        if ((await bucket.ask("HEAD", key + endings.original)).status === 200) return;
        // The original last: where it is, all is.
        if (view) accepted(await bucket.ask("PUT", key + endings.view, view));
        accepted(await bucket.ask("PUT", key + endings.original, original));
      });
    },

    original: (id) => read(id, endings.original),
    view: (id) => read(id, endings.view),

    keptBefore: (at) =>
      unlessRefused("list evidence", async () => {
        const newest = new Map<string, number>();
        for await (const { key, changedAt } of everythingIn(bucket)) {
          const [id = ""] = key.slice(key.lastIndexOf("/") + 1).split(".");
          if (keyOf(id) === undefined) continue;
          newest.set(id, Math.max(changedAt, newest.get(id) ?? 0));
        }
        return [...newest].flatMap(([id, changedAt]) => (changedAt < at ? [id] : []));
      }),

    async remove(id) {
      const key = keyOf(id);
      if (key === undefined) return;
      await unlessRefused("remove evidence", async () => {
        // The original last: while it is there, the rest is found again.
        for (const ending of [endings.view, endings.original]) {
          const answer = await bucket.ask("DELETE", key + ending);
          if (!isMissing(answer)) accepted(answer);
        }
      });
    },

    // S3 does not tell; a bucket with a quota that is full refuses what is kept.
    hasRoom: async () => true,
  };
}

async function* everythingIn(bucket: Bucket) {
  for (let from: string | undefined; ;) {
    const { objects, next } = await bucket.list(folder, from);
    yield* objects;
    if (next === undefined) return;
    from = next;
  }
}

/** A bucket that is missing is no object that is missing. */
function isMissing(answer: Answer): boolean {
  return answer.status === 404 && new BucketRefusal(answer).reason !== "NoSuchBucket";
}

function accepted(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new BucketRefusal(answer);
}

/** No network, no right, no bucket, no room: all may be mended while the bot runs. */
async function unlessRefused<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StoreUnavailable(what, { cause });
  }
}
