import { expect, test } from "vitest";
import { createLog } from "../../../src/adapters/pino/log.ts";

function destination(isTTY: boolean) {
  const lines: string[] = [];
  return { isTTY, lines, write: (line: string) => lines.push(line) };
}

test("writes one JSON object a line for machines, with the given facts only", () => {
  const output = destination(false);
  createLog("info", output).warn({ conversation: "c1", attempts: 2 }, "reply not sent");
  expect(output.lines).toHaveLength(1);
  expect(JSON.parse(output.lines[0] ?? "")).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
    conversation: "c1",
    attempts: 2,
    msg: "reply not sent",
  });
});

test("writes a readable line for a person at a terminal", () => {
  const output = destination(true);
  createLog("info", output).error({ code: "store-locked", folder: "my data" }, "can't start");
  expect(output.lines).toEqual([
    expect.stringMatching(
      /^\d\d:\d\d:\d\d error can't start code=store-locked folder="my data"\n$/u,
    ),
  ]);
});

test("lets no value take over the terminal or a second line", () => {
  const output = destination(true);
  createLog("info", output).info({ name: "\u001b[2Jx\n12:00:00 info fake" }, "started");
  expect(output.lines[0]).toContain(String.raw`name="\u001b[2Jx\n12:00:00 info fake"`);
});

test("keeps quiet below its level", () => {
  const output = destination(false);
  const log = createLog("error", output);
  log.info({}, "a");
  log.warn({}, "b");
  createLog("silent", output).error({}, "c");
  expect(output.lines).toEqual([]);
});
