import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileEvidence } from "../../src/adapters/files/evidence.ts";
import { systemClock } from "../../src/adapters/node/clock.ts";
import { createSharpInspector } from "../../src/adapters/sharp/inspector.ts";
import { createKeepEvidence } from "../../src/app/keep-evidence.ts";
import type { Evidence } from "../../src/core/evidence.ts";

const inspector = createSharpInspector();
const pdf = Buffer.from("%PDF-1.7\n");
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ombud-keep-"));
});
afterEach(() => rm(folder, { recursive: true }));

function open({ maxBytes, keepFreeBytes = 0 }: { maxBytes?: number; keepFreeBytes?: number } = {}) {
  const evidence = openFileEvidence(folder, { keepFreeBytes });
  const ports = { inspector, evidence, clock: systemClock };
  return {
    evidence,
    keepEvidence: createKeepEvidence(maxBytes === undefined ? ports : { ...ports, maxBytes }),
  };
}

async function kept(bytes: Uint8Array, name: string): Promise<Evidence> {
  const evidence = await open().keepEvidence(bytes, name);
  if ("refused" in evidence) throw new Error(evidence.refused);
  return evidence;
}

const filesLeft = async () =>
  (await readdir(folder, { recursive: true })).filter((name) => name.includes("."));

describe("a file from the customer", () => {
  it("is kept as it came, beside a picture that may be shown", async () => {
    const bytes = await sharp({
      create: { width: 30, height: 20, channels: 3, background: "#789" },
    })
      .jpeg()
      .toBuffer();
    const { evidence, keepEvidence } = open();
    const found = await keepEvidence(bytes, "speaker.jpg");
    expect(found).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9_-]{24}$/),
      sha256: createHash("sha256").update(bytes).digest("hex"),
      type: "image/jpeg",
      sizeBytes: bytes.length,
      name: "speaker.jpg",
      view: { widthPx: 30, heightPx: 20 },
    });
    const { id } = found as Evidence;
    expect(Buffer.from((await evidence.original(id)) ?? [])).toEqual(bytes);
    expect((await sharp(await evidence.view(id)).metadata()).format).toBe("webp");
  });

  it("has no view when it is a PDF", async () => {
    const found = await kept(pdf, "receipt.pdf");
    expect(found).not.toHaveProperty("view");
    expect(await open().evidence.view(found.id)).toBeUndefined();
  });

  it("is another piece of evidence each time it is sent", async () => {
    expect((await kept(pdf, "")).id).not.toBe((await kept(pdf, "")).id);
  });

  it("is taken up to the last byte allowed, and no further", async () => {
    const { keepEvidence } = open({ maxBytes: pdf.length });
    expect(await keepEvidence(pdf, "")).toMatchObject({ type: "application/pdf" });
    expect(await keepEvidence(Buffer.concat([pdf, pdf]), "")).toEqual({ refused: "tooLarge" });
    expect(await open().keepEvidence(Buffer.alloc(10_000_001, pdf), "")).toEqual({
      refused: "tooLarge",
    });
  });

  it("leaves nothing behind when it is refused", async () => {
    expect(await open().keepEvidence(new Uint8Array(), "")).toEqual({ refused: "empty" });
    expect(await open().keepEvidence(Buffer.from("<svg/>"), "a.png")).toEqual({
      refused: "wrongType",
    });
    expect(await open({ keepFreeBytes: Number.MAX_SAFE_INTEGER }).keepEvidence(pdf, "")).toEqual({
      refused: "noRoom",
    });
    expect(await filesLeft()).toEqual([]);
  });

  it.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\fakepath\\speaker.jpg", "speaker.jpg"],
    ["a.png\0.exe", "a.png.exe"],
    ["photo\u202egnp.exe", "photognp.exe"],
    ["\u2066a\u2069\u200b\ufeffb.png", "ab.png"],
    ["a\r\nSet-Cookie: x.png", "a Set-Cookie: x.png"],
    ["two\u2028lines.png", "two lines.png"],
    ["  ..hidden ", "hidden"],
    ["sönderslagen högtalare 🔊.jpg", "sönderslagen högtalare 🔊.jpg"],
    [`${"x".repeat(99)}🔊.jpg`, "x".repeat(99)],
    [`${"x".repeat(5000)}.jpg`, "x".repeat(100)],
    ["../..", ""],
    ["", ""],
  ])("called %j is shown as %j", async (name, shown) => {
    expect((await kept(pdf, name)).name).toBe(shown);
  });
});
