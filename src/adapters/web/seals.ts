import { createHmac, timingSafeEqual } from "node:crypto";
import type { Evidence } from "../../core/evidence.ts";
import type { Store } from "../../ports/store.ts";

/** Marks text as ours with an HMAC-SHA256. */
export interface Seal {
  sign(...parts: readonly string[]): string;
  holds(signature: string, ...parts: readonly string[]): boolean;
  /** `<id>.<signature>` */
  stamp(id: string): string;
  /** The id of a stamp; undefined for anything forged or malformed. */
  read(stamped: string): string | undefined;
}

export interface Seals {
  /** The visitor's cookie. */
  visitor: Seal;
  /** The private way back on another device. */
  wayBack: Seal;
  /** Uploads between upload and message, and the addresses of evidence. */
  files: Seal;
}

/** The seals, made from the store's secrets at the first use; a store that fails is asked again. */
export function sealsOf(store: Pick<Store, "secret">): () => Promise<Seals> {
  let loading: Promise<Seals> | undefined;
  const load = async (): Promise<Seals> => ({
    visitor: createSeal(await store.secret("web-visitor")),
    wayBack: createSeal(await store.secret("web-return")),
    files: createSeal(await store.secret("web-files")),
  });
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

export function createSeal(key: Uint8Array): Seal {
  // As JSON, so that no two lists of parts read the same.
  const digest = (parts: readonly string[]) =>
    createHmac("sha256", key).update(JSON.stringify(parts)).digest();
  const holds = (signature: string, ...parts: readonly string[]) => {
    const given = Buffer.from(signature, "base64url");
    const expected = digest(parts);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const sign = (...parts: readonly string[]) => digest(parts).toString("base64url");
  return {
    sign,
    holds,
    stamp: (id) => `${id}.${sign(id)}`,
    read(stamped) {
      const match = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(stamped);
      const [, id = "", signature = ""] = match ?? [];
      return match && holds(signature, id) ? id : undefined;
    },
  };
}

/** What an upload's ticket says: the evidence itself, so that nothing needs to be remembered until it is sent, and until when it can be. */
interface Ticket {
  evidence: Evidence;
  /** Milliseconds since 1970. */
  until: number;
}

export function sealUpload(seal: Seal, conversationId: string, ticket: Ticket): string {
  const payload = Buffer.from(JSON.stringify(ticket)).toString("base64url");
  return `${payload}.${seal.sign("upload", conversationId, payload)}`;
}

/** The evidence of a ticket; "expired" when its time is over, undefined when it is not ours or of another conversation. */
export function openUpload(
  seal: Seal,
  conversationId: string,
  token: string,
  now: number,
): Evidence | "expired" | undefined {
  const [payload = "", signature = ""] = token.split(".");
  if (!seal.holds(signature, "upload", conversationId, payload)) return undefined;
  const { evidence, until } = JSON.parse(
    Buffer.from(payload, "base64url").toString(),
  ) as Partial<Ticket>;
  return evidence !== undefined && until !== undefined && now < until ? evidence : "expired";
}
