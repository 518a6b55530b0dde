import { base64url } from "../core/base64url.ts";
import { type Evidence, type EvidenceRefusal, maxEvidenceBytes } from "../core/evidence.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceStore, Inspector } from "../ports/evidence.ts";

export function createKeepEvidence({
  inspector,
  evidence,
  clock,
  maxBytes = maxEvidenceBytes,
}: {
  inspector: Inspector;
  evidence: EvidenceStore;
  clock: Clock;
  maxBytes?: number;
}) {
  /**
   * Looks into a customer's file and keeps it. `bytes` is the whole file,
   * `name` what the customer's device called it, empty if nothing. Each call
   * makes a new piece of evidence: the same file may prove two things.
   *
   * @throws StoreUnavailable when the disk refuses.
   */
  return async function keepEvidence(
    bytes: Uint8Array,
    name: string,
  ): Promise<Evidence | { refused: EvidenceRefusal }> {
    if (bytes.length === 0) return { refused: "empty" };
    if (bytes.length > maxBytes) return { refused: "tooLarge" };
    if (!(await evidence.hasRoom(bytes.length))) return { refused: "noRoom" };
    const inspected = await inspector.inspect(bytes);
    if ("refused" in inspected) return inspected;

    const { type, sha256, view } = inspected;
    const id = base64url(clock.random(18));
    await evidence.keep(id, bytes, view?.bytes);
    return {
      id,
      sha256,
      type,
      sizeBytes: bytes.length,
      name: shownName(name),
      ...(view && { view: { widthPx: view.widthPx, heightPx: view.heightPx } }),
    };
  };
}

/** Empty when nothing can be shown. */
function shownName(name: string): string {
  return (
    name
      .replace(/^.*[/\\]/su, "")
      // Format characters: U+202E makes "gnp.exe" read "exe.png".
      .replace(/\p{Cf}/gu, "")
      .replace(/\s+/gu, " ")
      .replace(/\p{Cc}/gu, "")
      .replace(/^[ .]+/u, "")
      .slice(0, 100)
      // Halves of a pair, as the cut may leave one.
      .replace(/\p{Cs}/gu, "")
      .trimEnd()
  );
}
