import type { ActRefusal } from "../../../core/act.ts";
import { FileUnavailable } from "../../../core/errors.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { FileRef } from "../../../core/inbound.ts";
import type { FileSource } from "../../../ports/channel.ts";
import type { DeskWork } from "../../../ports/desk.ts";

/** Fetches and keeps what an agent attached; the first that can't be taken refuses all. */
export type Attached = (
  files: readonly FileRef[],
) => Promise<{ files: Evidence[] } | { refused: Extract<ActRefusal, { reason: "fileRefused" }> }>;

export function createAttached({
  source,
  keepEvidence,
}: { source: FileSource } & Pick<DeskWork, "keepEvidence">): Attached {
  async function kept(file: FileRef) {
    try {
      return await keepEvidence(await source.fetch(file), file.name ?? "");
    } catch (error) {
      if (error instanceof FileUnavailable) return { refused: error.refusal };
      throw error;
    }
  }

  return async (refs) => {
    const files: Evidence[] = [];
    for (const ref of refs) {
      const one = await kept(ref);
      if ("refused" in one)
        return {
          refused: { reason: "fileRefused", file: ref.name ?? "", refusal: one.refused },
        };
      files.push(one);
    }
    return { files };
  };
}
