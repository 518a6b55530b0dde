import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { escaped, goldenFolder, transcribe, transcripts, waysToRules } from "./support/golden.ts";

const wayOut = "run `npm run golden`, then read the difference as a conversation";

describe("the golden transcripts", () => {
  const ways = waysToRules();

  it("are one of each row and language, and no other", () => {
    const files = transcripts.map(({ file }) => file);
    expect(readdirSync(goldenFolder).toSorted(), wayOut).toEqual(files.toSorted());
  });

  it.each(transcripts)("$file is what customers read", async (transcript) => {
    const stands = readFileSync(join(goldenFolder, transcript.file), "utf8");
    const is = await transcribe(transcript, ways.get(transcript.rule) ?? []);
    expect(is, wayOut).toBe(stands);
  });

  it.each([
    ["*bold* _and_ `code`", String.raw`\*bold\* \_and\_ \`code\``],
    ["<b>&amp;</b> [a](b) ~~x~~ |", String.raw`\<b\>\&amp;\</b\> \[a\](b) \~\~x\~\~ \|`],
    ["# 1", String.raw`\# 1`],
    ["- a", String.raw`\- a`],
    ["+ a", String.raw`\+ a`],
    ["1. a", String.raw`1\. a`],
    ["12) a", String.raw`12\) a`],
    ["=====", String.raw`\=====`],
    [String.raw`C:\x`, String.raw`C:\\x`],
    ["29,90 € – 2 - 1 = 1.", "29,90 € – 2 - 1 = 1."],
  ])("take %s for what it is", (text, markdown) => {
    expect(escaped(text)).toBe(markdown);
  });
});
