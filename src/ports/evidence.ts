import type { Evidence, EvidenceRefusal } from "../core/evidence.ts";

/** Tells what a file is and makes the picture that may be shown. */
export interface Inspector {
  /**
   * `bytes` is the whole file. A picture is decoded apart from this process
   * and written anew, so the `view` has no metadata (place, device) and
   * nothing a browser could run; a PDF or a recording (Ogg, MP3, M4A) is told
   * by its content, not looked into, and has no view.
   * Hostile input ends in a refusal, never in a throw or a hang.
   */
  inspect(bytes: Uint8Array): Promise<Inspected | { refused: EvidenceRefusal }>;
  close(): Promise<void>;
}

export interface Inspected {
  type: Evidence["type"];
  /** Of the bytes as given, hex. */
  sha256: string;
  /** WebP. */
  view?: { bytes: Uint8Array; widthPx: number; heightPx: number };
}

/** The shop's own copies. Durable when `keep` returns. */
export interface EvidenceStore {
  /**
   * Keeps the original and the view under `id`. A repeat changes nothing.
   *
   * @throws StoreUnavailable when the disk refuses.
   */
  keep(id: string, original: Uint8Array, view: Uint8Array | undefined): Promise<void>;
  /** The original as received: to be given as a download, never shown in place. */
  original(id: string): Promise<Uint8Array | undefined>;
  /** The cleaned WebP. */
  view(id: string): Promise<Uint8Array | undefined>;
  /** The ids of all that was kept before `at`, in no order; also what a crash left unfinished. */
  keptBefore(at: number): Promise<string[]>;
  /**
   * Removes the original and the view. A repeat changes nothing.
   *
   * @throws StoreUnavailable when the disk refuses.
   */
  remove(id: string): Promise<void>;
  /** Whether a file of this size can be taken while enough room is left for conversations. */
  hasRoom(sizeBytes: number): Promise<boolean>;
}
