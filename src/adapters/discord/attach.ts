import type { RawFile } from "@discordjs/rest";
import { Undeliverable } from "../../core/errors.ts";
import { endingOf, type Evidence } from "../../core/evidence.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";

/**
 * A file as it goes out: a picture as it was cleaned, without its metadata;
 * what moves, is read or is listened to as it was given.
 *
 * @throws Undeliverable where the shop has no copy any more.
 */
export async function attach(
  { id, type, name, view }: Evidence,
  store: Pick<EvidenceStore, "original" | "view">,
): Promise<RawFile> {
  const isStill = view !== undefined && type !== "image/gif";
  const data = await (isStill ? store.view(id) : store.original(id));
  if (!data) throw new Undeliverable("discord", "fileMissing");
  return {
    name: `${name.replace(/\.[^.]*$/u, "") || "file"}.${isStill ? "webp" : endingOf(type)}`,
    data: Buffer.from(data),
    contentType: isStill ? "image/webp" : type,
  };
}
