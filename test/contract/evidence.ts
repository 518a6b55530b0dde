import { describe, expect, it } from "vitest";
import type { EvidenceStore } from "../../src/ports/evidence.ts";

/** `open` gives an empty store each time. */
export function evidenceContract(name: string, open: () => Promise<EvidenceStore>) {
  const id = "AbCdEfGhIjKlMnOpQrStUv-_";
  const original = Uint8Array.from({ length: 3000 }, (_, index) => index % 256);
  const view = Uint8Array.of(82, 73, 70, 70);

  describe(`evidence store: ${name}`, () => {
    it("gives back what it keeps, byte for byte", async () => {
      const evidence = await open();
      await evidence.keep(id, original, view);
      expect(plain(await evidence.original(id))).toEqual(original);
      expect(plain(await evidence.view(id))).toEqual(view);
    });

    it("keeps a document without a view", async () => {
      const evidence = await open();
      await evidence.keep(id, original, undefined);
      expect(plain(await evidence.original(id))).toEqual(original);
      expect(await evidence.view(id)).toBeUndefined();
    });

    it("keeps a part of a larger buffer as that part only", async () => {
      const evidence = await open();
      await evidence.keep(id, original.subarray(10, 20), undefined);
      expect(plain(await evidence.original(id))).toEqual(original.slice(10, 20));
    });

    it("changes nothing when told again", async () => {
      const evidence = await open();
      await evidence.keep(id, original, view);
      await evidence.keep(id, Uint8Array.of(1), Uint8Array.of(2));
      expect(plain(await evidence.original(id))).toEqual(original);
      expect(plain(await evidence.view(id))).toEqual(view);
    });

    it("keeps one whole copy when told twice at once", async () => {
      const evidence = await open();
      await Promise.all([evidence.keep(id, original, view), evidence.keep(id, original, view)]);
      expect(plain(await evidence.original(id))).toEqual(original);
      expect(plain(await evidence.view(id))).toEqual(view);
    });

    it("tells ids apart that share their first letters", async () => {
      const evidence = await open();
      await evidence.keep(id, original, view);
      await evidence.keep(`${id}2`, view, undefined);
      expect(plain(await evidence.original(id))).toEqual(original);
      expect(plain(await evidence.original(`${id}2`))).toEqual(view);
    });

    it("lists what was kept before a moment, each once, and forgets what is removed", async () => {
      const evidence = await open();
      await evidence.keep(id, original, view);
      await evidence.keep(`${id}2`, original, undefined);
      const later = Date.now() + 60_000;
      expect(await evidence.keptBefore(later - 120_000)).toEqual([]);
      expect((await evidence.keptBefore(later)).sort()).toEqual([id, `${id}2`]);
      await evidence.remove(id);
      await evidence.remove(id);
      expect(await evidence.keptBefore(later)).toEqual([`${id}2`]);
      expect(await evidence.original(id)).toBeUndefined();
      expect(await evidence.view(id)).toBeUndefined();
      expect(plain(await evidence.original(`${id}2`))).toEqual(original);
    });

    it("knows nothing under an id it never kept", async () => {
      const evidence = await open();
      expect(await evidence.original(id)).toBeUndefined();
      expect(await evidence.view(id)).toBeUndefined();
    });

    it.each([
      "../AbCdEfGhIjKlMnOp",
      "..%2f..%2fetc%2fpasswd0",
      "AbCdEfGhIjKl/../../secret",
      "AbCdEfGhIjKlMnOp\0",
      "AbCdEfGhIjKlMnOp\n",
      "short",
      "",
      "x".repeat(65),
    ])("neither finds nor keeps anything under %j", async (bad) => {
      const evidence = await open();
      await expect(evidence.keep(bad, original, view)).rejects.toThrow(TypeError);
      expect(await evidence.original(bad)).toBeUndefined();
      expect(await evidence.view(bad)).toBeUndefined();
    });

    it("has room for a file of ten megabytes", async () => {
      const evidence = await open();
      expect(await evidence.hasRoom(10_000_000)).toBe(true);
    });
  });
}

/** A Buffer is a Uint8Array, but not equal to one. */
function plain(bytes: Uint8Array | undefined) {
  return bytes && Uint8Array.from(bytes);
}
