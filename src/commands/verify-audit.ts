/** `npm run verify-audit`: says whether the audit log is as it was written; `-- <seq>:<hash>` also that it goes on from what was noted before. */
import type { StoreReader } from "../ports/store-reader.ts";
import { complain, onData, print } from "./on-data.ts";

async function verifyAudit(reader: StoreReader, noted: string): Promise<number> {
  const [, seq, hash] = /^(\d{1,15}):([\da-f]{64})$/u.exec(noted) ?? [];
  if (noted !== "" && !seq) {
    complain("say what was noted: npm run verify-audit -- <number>:<hash>");
    return 1;
  }
  const { entries, head, brokenAt } = await reader.checkAudit();
  if (brokenAt !== undefined) {
    complain(
      `the audit log is not as it was written, from entry ${brokenAt} on: compare with a backup`,
    );
    return 1;
  }
  if (seq && hash) {
    const [row] = await reader.listAudit({ before: Number(seq) + 1, limit: 1 });
    if (row?.seq !== Number(seq) || row.hash !== hash) {
      complain(`entry ${seq} is not the one that was noted: the audit log was written anew`);
      return 1;
    }
  }
  print(`${entries} entries, each as it was written`);
  if (head) print(`to note elsewhere and give to the next check: ${head.seq}:${head.hash}`);
  return 0;
}

const [noted = ""] = process.argv.slice(2);
await onData((reader) => verifyAudit(reader, noted.trim().toLowerCase()));
