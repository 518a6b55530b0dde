import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCannedAnswers } from "../../../src/adapters/files/canned-answers.ts";
import { BadConfig } from "../../../src/core/errors.ts";

const example = fileURLToPath(new URL("../../../docs/answers.example", import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ombud-answers-"));
  cpSync(example, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, text: string | object) =>
  writeFileSync(join(folder, file), typeof text === "string" ? text : JSON.stringify(text));

function faults(): readonly string[] {
  try {
    readCannedAnswers(folder);
    return [];
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    return error.faults;
  }
}

test("reads the example of the documentation", () => {
  const read = readCannedAnswers(folder);
  expect(Object.keys(read.sv)).toEqual(["opening", "voucher", "wait"]);
  expect(read.fr["wait"]).toContain("{{orderNumber}}");
});

test("tells every fault of every file at once, each with its way out", () => {
  write("en.json", { wait: "One {{ordernumber}}", gone: "Bye", "no name": "x" });
  write("fr.json", { wait: "Un {{orderNumber}}", gone: 3 });
  write("sv.json", "{");
  expect(faults().map((fault) => fault.replace(folder, "…"))).toEqual([
    expect.stringMatching(/^CANNED_ANSWERS: fr\.json: gone must be a sentence, such as \{/u),
    expect.stringMatching(/^CANNED_ANSWERS: …\/sv\.json must be JSON, such as \{/u),
    expect.stringMatching(/^CANNED_ANSWERS: en\.json: no name must be named with .*, such as \{/u),
  ]);
});

test("demands the same names and the same values in each language", () => {
  write("fr.json", { wait: "Un instant, {{agent}}", away: "Absents" });
  write("en.json", { wait: "One moment", away: "Away until {{date}}" });
  write("sv.json", { wait: "Ett ögonblick, {{agent}}" });
  expect(faults()).toEqual([
    "CANNED_ANSWERS: en.json: wait lacks {{agent}}, which fr.json has",
    "CANNED_ANSWERS: sv.json lacks away, which fr.json has: write it in each language, for customers write in all of them",
    "CANNED_ANSWERS: en.json: away has {{date}}, which fr.json lacks",
  ]);
});

test.each([
  ["{{ordernumber}}", "wait: {{ordernumber}} must be written {{orderNumber}}"],
  ["{orderNumber}", "en.json: wait must have each value as two braces"],
  ["⟦amount⟧", "en.json: wait must be without ⟦ and ⟧"],
  ["", "en.json: wait must not be empty"],
])("refuses %s", (text, fault) => {
  for (const language of ["fr", "sv", "en"]) write(`${language}.json`, { wait: text });
  expect(faults().join("\n")).toContain(fault);
});

test("says which file is missing", () => {
  rmSync(join(folder, "sv.json"));
  expect(faults()).toEqual([
    expect.stringContaining("sv.json must be a file that can be read, with the same names"),
  ]);
});
