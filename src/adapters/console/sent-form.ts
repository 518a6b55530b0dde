import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ActRefusal } from "../../core/act.ts";
import { type Evidence, type EvidenceRefusal, maxEvidenceFiles } from "../../core/evidence.ts";
import type { Form } from "./act-forms.ts";

/** Of all files of an answer. */
export const maxUploadBytes = 50_000_000;

/** For what stands in the form beside them. */
const slackBytes = 64 * 1024;

export type KeepEvidence = (
  bytes: Uint8Array,
  name: string,
) => Promise<Evidence | { refused: EvidenceRefusal }>;

/** For the one form with files, behind the door: a stranger's are not read at all. */
export const limitUploads = bodyLimit({ maxSize: maxUploadBytes + slackBytes });

/** What a form has sent, its files apart; a file input that was left alone is none. */
export async function sentIn(c: Context): Promise<{ form: Form; files: readonly File[] }> {
  const body = await c.req.parseBody({ all: true });
  const pairs = Object.entries(body).map(([name, value]) => [name, [value].flat()] as const);
  const form = Object.fromEntries(
    pairs.map(([name, values]) => [name, values.filter((one) => typeof one === "string")]),
  );
  const files = pairs
    .flatMap(([, values]) => values)
    .filter((one): one is File => typeof one !== "string" && (one.size > 0 || one.name !== ""));
  return { form, files };
}

/** All of an agent's files, looked into as a customer's are, or why none is sent. */
export async function keepFiles(
  files: readonly File[],
  keepEvidence: KeepEvidence,
): Promise<readonly Evidence[] | { refused: ActRefusal }> {
  const kept: Evidence[] = [];
  const no = (file: string, refusal: EvidenceRefusal) => ({
    refused: { reason: "fileRefused", file, refusal } as const,
  });
  for (const file of files) {
    if (kept.length >= maxEvidenceFiles) return no(file.name, "tooMany");
    const one = await keepEvidence(new Uint8Array(await file.arrayBuffer()), file.name);
    if ("refused" in one) return no(file.name, one.refused);
    kept.push(one);
  }
  return kept;
}
