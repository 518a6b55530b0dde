import { type ChildProcess, execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSharpInspector } from "../../../src/adapters/sharp/inspector.ts";
import type { Inspector } from "../../../src/ports/evidence.ts";
import {
  animatedPng,
  canary,
  chunk,
  endlessAsf,
  ftyp,
  gif,
  mp3,
  ogg,
  opus,
  pdf,
  picture,
  png,
  talkativeJpeg,
  zip,
} from "./corpus.ts";

let inspector: Inspector;
let started: ChildProcess[];
let whenStarted: (child: ChildProcess) => void;
const hearStart = (message: unknown) => {
  const child = (message as { process: ChildProcess }).process;
  started.push(child);
  whenStarted(child);
};

beforeEach(() => {
  started = [];
  whenStarted = () => undefined;
  subscribe("child_process", hearStart);
  inspector = createSharpInspector();
});
afterEach(async () => {
  await inspector.close();
  unsubscribe("child_process", hearStart);
});

/** Its first message says that it is ready; the file is at its door by then. */
function whenReady(act: (child: ChildProcess) => void) {
  whenStarted = (child) => child.once("message", () => act(child));
}

/** A program of its own that has the inspector at hand, to its end, whatever it is. */
function run(program: string): Promise<{ stdout: string }> {
  const imports = `
    import { subscribe } from "node:diagnostics_channel";
    import sharp from ${JSON.stringify(import.meta.resolve("sharp"))};
    import { createSharpInspector } from ${JSON.stringify(new URL("../../../src/adapters/sharp/inspector.ts", import.meta.url).href)};`;
  const options = ["--input-type=module", "-e", imports + program];
  return promisify(execFile)(process.execPath, options, { timeout: 20_000 }).catch(
    (error) => error,
  );
}

async function viewOf(bytes: Uint8Array) {
  const inspected = await inspector.inspect(bytes);
  if ("refused" in inspected || !inspected.view)
    throw new Error(`no view but ${JSON.stringify(inspected)}`);
  const { view, ...rest } = inspected;
  return { ...rest, view, shown: await sharp(view.bytes).metadata() };
}

describe("a picture or document that is taken", () => {
  it("is told by its content and shown as WebP", async () => {
    const still = picture(30, 20);
    for (const [type, bytes] of [
      ["image/png", await still.clone().png().toBuffer()],
      ["image/jpeg", await still.clone().jpeg().toBuffer()],
      ["image/webp", await still.clone().webp().toBuffer()],
      ["image/gif", await still.clone().gif().toBuffer()],
    ] as const) {
      const { shown, view, ...rest } = await viewOf(bytes);
      expect(rest).toEqual({ type, sha256: createHash("sha256").update(bytes).digest("hex") });
      expect(shown).toMatchObject({ format: "webp", width: 30, height: 20 });
      expect(view).toMatchObject({ widthPx: 30, heightPx: 20 });
    }
  });

  it("is shown at most 2000 pixels long, and never enlarged", async () => {
    const { view } = await viewOf(await picture(3000, 1500).jpeg().toBuffer());
    expect(view).toMatchObject({ widthPx: 2000, heightPx: 1000 });
  });

  it("is shown the right way up, without place, device, comment", async () => {
    const bytes = await talkativeJpeg();
    expect(bytes.toString("latin1").split(canary).length).toBeGreaterThan(3);
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
    const { view, shown } = await viewOf(bytes);
    expect(view).toMatchObject({ widthPx: 40, heightPx: 60 });
    expect(Buffer.from(view.bytes).includes(canary)).toBe(false);
    for (const kind of ["exif", "xmp", "iptc", "icc", "orientation", "comments"] as const)
      expect(shown[kind]).toBeUndefined();
  });

  it("is shown by its first frame when it moves", async () => {
    const frames = await Promise.all([
      picture(8, 8).png().toBuffer(),
      picture(8, 8).png().toBuffer(),
    ]);
    for (const bytes of [
      await sharp(frames, { join: { animated: true } })
        .webp()
        .toBuffer(),
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      gif(100, 100, 10_000),
    ]) {
      expect((await sharp(bytes).metadata()).pages).toBeGreaterThan(1);
      const { shown } = await viewOf(bytes);
      expect(shown.pages ?? 1).toBe(1);
    }
    expect((await viewOf(await animatedPng())).type).toBe("image/png");
  });

  it("may be of 16 bits, grey, see-through, or made for print", async () => {
    for (const bytes of [
      await picture(20, 20).toColourspace("rgb16").png().toBuffer(),
      await picture(20, 20).greyscale().png().toBuffer(),
      await picture(20, 20, 4).png().toBuffer(),
      await picture(20, 20).toColourspace("cmyk").jpeg().toBuffer(),
    ]) {
      expect((await viewOf(bytes)).shown.space).toBe("srgb");
    }
  });

  it("is shown as far as it came when a photo was cut short", async () => {
    const whole = await picture(400, 400).jpeg().toBuffer();
    const { view } = await viewOf(whole.subarray(0, whole.length / 2));
    expect(view).toMatchObject({ widthPx: 400, heightPx: 400 });
  });

  it("is written anew, so what was hidden behind it is gone", async () => {
    for (const bytes of [
      Buffer.concat([await picture(20, 20).png().toBuffer(), zip]),
      Buffer.concat([
        await picture(20, 20).jpeg().toBuffer(),
        Buffer.from(`<script>${canary}</script>`),
        pdf,
      ]),
      Buffer.concat([await picture(20, 20).gif().toBuffer(), Buffer.from(`/*${canary}*/`)]),
    ]) {
      const { view } = await viewOf(bytes);
      expect(Buffer.from(view.bytes).includes(canary)).toBe(false);
      expect(Buffer.from(view.bytes).includes("script")).toBe(false);
    }
  });

  it("has no view when it is a PDF", async () => {
    expect(await inspector.inspect(pdf)).toEqual({
      type: "application/pdf",
      sha256: createHash("sha256").update(pdf).digest("hex"),
    });
  });
});

describe("a file that is not taken", () => {
  it.each([
    ["SVG", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`],
    ["XML with SVG", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`],
    ["HTML", "<!doctype html><script>alert(1)</script>"],
    ["text", "my speaker is broken"],
    ["one byte", "\xff"],
    ["HEIC", ftyp("heic")],
    ["AVIF", ftyp("avif")],
    ["ZIP", zip],
    ["an endless ASF", endlessAsf],
    ["a PDF that begins late", Buffer.concat([Buffer.from("    "), pdf])],
    ["TIFF", Buffer.from("49492a0008000000", "hex")],
    ["a film in Ogg", ogg("\x80theora\x03\x02\x01")],
    ["a film in MP4", ftyp("mp42")],
  ])("is of the wrong type: %s", async (_, content) => {
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    expect(await inspector.inspect(bytes)).toEqual({ refused: "wrongType" });
    expect(started).toHaveLength(1);
  });

  it.each([
    ["Ogg Opus", opus, "audio/ogg"],
    ["Ogg Vorbis", ogg("\x01vorbis\0\0\0\0\x01"), "audio/ogg"],
    ["MP3", mp3, "audio/mpeg"],
    ["MP3 without a tag", mp3.subarray(10), "audio/mpeg"],
    ["M4A", ftyp("M4A "), "audio/mp4"],
  ] as const)(
    "is a recording, told by its content and kept as it is: %s",
    async (_, bytes, type) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(await inspector.inspect(bytes)).toEqual({ type, sha256 });
    },
  );

  it("is of the wrong type when a real AVIF or TIFF", async () => {
    expect(await inspector.inspect(await picture(20, 20).avif().toBuffer())).toEqual({
      refused: "wrongType",
    });
    expect(await inspector.inspect(await picture(20, 20).tiff().toBuffer())).toEqual({
      refused: "wrongType",
    });
  });

  it("is empty, and no child is bothered with it", async () => {
    expect(await inspector.inspect(new Uint8Array())).toEqual({ refused: "empty" });
    expect(started).toHaveLength(0);
  });

  it("is broken", async () => {
    const whole = await picture(200, 200).png().toBuffer();
    const spoilt = Buffer.from(whole);
    spoilt.fill(0, 60, 5000);
    for (const bytes of [
      whole.subarray(0, 30),
      whole.subarray(0, whole.length / 2),
      spoilt,
      Buffer.from("ffd8ffe000104a464946", "hex"),
      Buffer.from("GIF89a"),
      Buffer.concat([
        whole.subarray(0, 33),
        chunk("iCCP", Buffer.from("x\0\0nonsense")),
        Buffer.alloc(50),
      ]),
      (await picture(200, 200).webp().toBuffer()).subarray(0, 100),
      png(0, 0),
    ]) {
      expect(await inspector.inspect(bytes), bytes.toString("hex", 0, 40)).toEqual({
        refused: "broken",
      });
    }
  });

  it("has more pixels than its few bytes let expect", async () => {
    const files = [
      png(50_000, 50_000),
      png(14_000, 14_000, Buffer.alloc(14_000 * 100)),
      png(40_000_001, 1),
      gif(65_535, 65_535, 1),
    ];
    for (const bytes of files)
      expect(await inspector.inspect(bytes)).toEqual({ refused: "tooManyPixels" });
    expect(started).toHaveLength(files.length);
  });

  it("takes too much memory to decode", async () => {
    // A progressive JPEG is held whole: 39 megapixels take 240 MB.
    const bytes = await sharp({
      create: { width: 6500, height: 6000, channels: 3, background: "#789" },
    })
      .jpeg({ progressive: true, chromaSubsampling: "4:4:4", quality: 50 })
      .toBuffer();
    expect(bytes.length).toBeLessThan(1_000_000);
    expect(await inspector.inspect(bytes)).toEqual({ refused: "tooManyPixels" });
    expect(started.map((child) => child.killed)).toEqual([true]);
    expect(await inspector.inspect(pdf)).toMatchObject({ type: "application/pdf" });
  });
});

describe("the decoder's process", () => {
  it("has none of our secrets", async () => {
    let environment = "";
    whenReady((child) => (environment = readFileSync(`/proc/${child.pid}/environ`, "utf8")));
    process.env.OMBUD_TEST_TOKEN = canary;
    try {
      await inspector.inspect(pdf);
    } finally {
      delete process.env.OMBUD_TEST_TOKEN;
    }
    expect(environment.split("\0").map((line) => line.split("=")[0])).toEqual([
      "NODE_CHANNEL_FD",
      "NODE_CHANNEL_SERIALIZATION_MODE",
      "",
    ]);
  });

  it("is a new one for each file and alone, though many files come at once", async () => {
    const files = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        picture(100 + index, 50)
          .jpeg()
          .toBuffer(),
      ),
    );
    const working: number[] = [];
    whenStarted = () => working.push(started.filter((child) => !child.killed).length);
    const inspected = await Promise.all(files.map(viewOf));
    expect(inspected.map(({ view }) => view.widthPx)).toEqual(files.map((_, index) => 100 + index));
    expect(working).toEqual(files.map(() => 1));
  });

  it("is replaced when it dies over a file", async () => {
    whenReady((child) => started.length === 1 && child.kill("SIGKILL"));
    expect(await inspector.inspect(await picture(2000, 2000).png().toBuffer())).toMatchObject({
      type: "image/png",
    });
    expect(started).toHaveLength(2);
  });

  it("is replaced only once: then the file is broken, and the next is looked at", async () => {
    whenReady((child) => child.kill("SIGKILL"));
    expect(await inspector.inspect(await picture(2000, 2000).png().toBuffer())).toEqual({
      refused: "broken",
    });
    expect(started).toHaveLength(2);
    whenReady(() => undefined);
    expect(await inspector.inspect(pdf)).toMatchObject({ type: "application/pdf" });
  });

  it("is killed when it hangs: that file is broken, the next is looked at", async () => {
    const impatient = createSharpInspector({ answerWithinMs: 2500 });
    whenReady((child) => started.length === 1 && child.kill("SIGSTOP"));
    const files = [await picture(2000, 2000).png().toBuffer(), pdf];
    expect(await Promise.all(files.map((bytes) => impatient.inspect(bytes)))).toEqual([
      { refused: "broken" },
      expect.objectContaining({ type: "application/pdf" }),
    ]);
    expect(started).toHaveLength(2);
    expect(started[0]?.killed).toBe(true);
  });

  it("is not blamed for the time in which this process stood still", async () => {
    const impatient = createSharpInspector({ answerWithinMs: 2500 });
    const standStill = () => {
      const until = performance.now() + 3000;
      while (performance.now() < until);
    };
    whenReady(() => setImmediate(standStill));
    expect(await impatient.inspect(await picture(300, 300).png().toBuffer())).toMatchObject({
      type: "image/png",
    });
  });

  it("lets the files that wait come to their end at close", async () => {
    const inspecting = [inspector.inspect(pdf), inspector.inspect(pdf)];
    await inspector.close();
    expect(started.map((child) => child.killed)).toEqual([true, true]);
    expect(await Promise.all(inspecting)).toMatchObject([
      { type: "application/pdf" },
      { type: "application/pdf" },
    ]);
  });

  it("doesn't keep a program alive after the answer", async () => {
    const { stdout } = await run(`
      const { type } = await createSharpInspector().inspect(Buffer.from("%PDF-1.7"));
      console.log(type);`);
    expect(stdout).toBe("application/pdf\n");
  });

  it("dies with a killed program, though a file is before it", async () => {
    const { stdout } = await run(`
      subscribe("child_process", ({ process: child }) => {
        child.once("spawn", () => console.log(child.pid));
        child.once("message", () => process.kill(process.pid, "SIGKILL"));
      });
      const pixels = { raw: { width: 5000, height: 5000, channels: 3 } };
      await createSharpInspector().inspect(await sharp(Buffer.alloc(75e6), pixels).png().toBuffer());`);
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(1);
    const state = () => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "gone");
    await expect.poll(state, { timeout: 5000 }).toMatch(/^gone$|\) Z /);
  });

  it("leaves this process small", async () => {
    const bytes = await picture(3000, 3000).jpeg({ quality: 95 }).toBuffer();
    expect(bytes.length).toBeGreaterThan(8_000_000);
    await inspector.inspect(bytes);
    const before = process.memoryUsage.rss();
    for (let turn = 0; turn < 5; turn++)
      expect(await inspector.inspect(bytes)).toMatchObject({ type: "image/jpeg" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });
});
