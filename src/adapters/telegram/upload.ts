import { InputFile } from "grammy/web";
import { Undeliverable } from "../../core/errors.ts";
import { endingOf, type Evidence, isAudio } from "../../core/evidence.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";

/** https://core.telegram.org/bots/api#sendphoto */
const mostSidesRatio = 20;

/** How a file goes out; `file` is made anew for each try. */
export interface Upload {
  how: "photo" | "voice" | "document";
  file: () => InputFile;
}

/**
 * A picture goes as it was cleaned, without its metadata; what moves, is read
 * or is listened to goes as it was given.
 *
 * @throws Undeliverable where the shop has no copy any more.
 */
export async function uploadOf(
  evidence: Evidence,
  store: Pick<EvidenceStore, "original" | "view">,
): Promise<Upload> {
  const { id, type, view } = evidence;
  const isStill = view !== undefined && type !== "image/gif";
  const bytes = await (isStill ? store.view(id) : store.original(id));
  if (!bytes) throw new Undeliverable("telegram", "fileMissing");
  const name = nameOf(evidence, isStill ? "webp" : endingOf(type));
  const file = () => new InputFile(bytes, name);
  if (isAudio(evidence)) return { how: "voice", file };
  return { how: isStill && isPhoto(view) ? "photo" : "document", file };
}

const isPhoto = ({ widthPx, heightPx }: NonNullable<Evidence["view"]>): boolean =>
  Math.max(widthPx, heightPx) <= mostSidesRatio * Math.min(widthPx, heightPx);

const nameOf = ({ name }: Evidence, ending: string): string =>
  `${name.replace(/\.[^.]*$/u, "") || "file"}.${ending}`;
