import { mkdir, mkdtemp, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openFileEvidence } from "../../../src/adapters/files/evidence.ts";
import { FolderUnwritable, StoreUnavailable } from "../../../src/core/errors.ts";
import { evidenceContract } from "../../contract/evidence.ts";

const folders: string[] = [];
async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), "ombud-evidence-"));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

evidenceContract("files", async () => openFileEvidence(await newFolder()));

describe("evidence in files", () => {
  const id = "AbCdEfGhIjKlMnOpQrStUv-_";
  const bytes = Uint8Array.of(1, 2, 3);
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });

  it("lies two folders deep, for this user's eyes only, with nothing left over", async () => {
    await openFileEvidence(folder).keep(id, bytes, bytes);
    const found = (await readdir(folder, { recursive: true })).sort();
    expect(found).toEqual([
      "evidence",
      join("evidence", "Ab"),
      join("evidence", "Ab", `${id}.original`),
      join("evidence", "Ab", `${id}.view.webp`),
    ]);
    const modes = await Promise.all(
      found.map(async (name) => (await stat(join(folder, name))).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  it("is there after the next start", async () => {
    await openFileEvidence(folder).keep(id, bytes, bytes);
    expect(Buffer.from((await openFileEvidence(folder).original(id)) ?? [])).toEqual(
      Buffer.from(bytes),
    );
  });

  it("finishes what a crash has cut short", async () => {
    const evidence = openFileEvidence(folder);
    await mkdir(join(folder, "evidence", "Ab"));
    await writeFile(join(folder, "evidence", "Ab", `${id}.view.webp`), "half");
    await writeFile(join(folder, "evidence", "Ab", `${id}.original.0000.part`), "half");
    expect(await evidence.original(id)).toBeUndefined();
    await evidence.keep(id, bytes, bytes);
    expect(Buffer.from((await evidence.view(id)) ?? [])).toEqual(Buffer.from(bytes));
  });

  it("has no room once conversations would run short of it", async () => {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const evidence = openFileEvidence(folder, { keepFreeBytes: free / 2 });
    expect(await evidence.hasRoom(free / 4)).toBe(true);
    expect(await evidence.hasRoom((free / 4) * 3)).toBe(false);
  });

  it("says that the disk refuses, and may be asked again", async () => {
    const evidence = openFileEvidence(folder);
    await writeFile(join(folder, "evidence", "Ab"), "a file where a folder should be");
    const refusal = evidence.keep(id, bytes, bytes);
    await expect(refusal).rejects.toThrow(StoreUnavailable);
    await expect(refusal).rejects.toMatchObject({ retryable: true });
    await expect(evidence.original(id)).rejects.toThrow(StoreUnavailable);
    await rm(join(folder, "evidence", "Ab"));
    await evidence.keep(id, bytes, bytes);
  });

  it("leaves no half file behind when the disk refuses", async () => {
    const evidence = openFileEvidence(folder);
    await mkdir(join(folder, "evidence", "Ab", `${id}.view.webp`), { recursive: true });
    await expect(evidence.keep(id, bytes, bytes)).rejects.toThrow(StoreUnavailable);
    expect(await readdir(join(folder, "evidence", "Ab"))).toEqual([`${id}.view.webp`]);
  });

  it("can't open where it can't write", async () => {
    await writeFile(join(folder, "evidence"), "");
    expect(() => openFileEvidence(folder)).toThrow(FolderUnwritable);
  });
});
