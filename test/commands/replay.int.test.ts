import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteReader } from "../../src/adapters/sqlite/reader.ts";
import { compareLog } from "../../src/commands/compare-log.ts";
import { refund } from "../support/shop.ts";
import { stories, type Deed } from "../support/stories.ts";
import { openBotFolder, runCommand } from "./bot-folder.ts";

let bot: ReturnType<typeof openBotFolder>;
beforeEach(() => {
  bot = openBotFolder();
});
afterEach(() => bot.remove());

const story = (name: string): readonly Deed[] =>
  stories.find((one) => one.name === name)?.deeds ?? [];
const press = (id: string): Deed => ({ press: id });

const replay = (number: string, settings: Record<string, string> = {}) =>
  runCommand("replay", { DATA_DIR: bot.folder, ...settings }, number);

/** A drop with a refund, then a person, then a withdrawal: three cases, and a wait that opens none before them. */
async function longConversation(): Promise<string[]> {
  await bot.converse("anna", story("autoService"));
  await bot.converse("anna", [press("another"), ...story("drop"), press("another")]);
  await bot.converse("anna", [...story("human"), press("another"), ...story("withdrawal")]);
  return bot.numbers();
}

const alterAssessment = (position: number, path: string, value: string) =>
  bot.tamper(
    `UPDATE log SET body = json_set(body, '$.assessment.' || ?, json(?)) WHERE rowid =
      (SELECT rowid FROM log WHERE body ->> 'type' = 'assessment' ORDER BY rowid LIMIT 1 OFFSET ?)`,
    path,
    value,
    position - 1,
  );

describe("npm run replay", () => {
  it("says equal for every case of a conversation, beside the running bot", async () => {
    const numbers = await longConversation();
    expect(numbers).toHaveLength(3);
    for (const number of numbers) {
      const { status, stdout, stderr, lines } = replay(number.toLowerCase());
      expect(stderr).toBe("");
      expect(status, stdout).toBe(0);
      expect(lines.slice(1)).toEqual([
        "  1. no case  autoService.early: equal",
        `  2. ${numbers[0]}  drop.guaranteed-refund: equal`,
        `  3. ${numbers[1]}  human.asked: equal`,
        `  4. ${numbers[2]}  withdrawal.declared: equal`,
        `${number}: equal`,
      ]);
    }
  });

  it("is equal for every story, whatever the zone and the language of today's settings", async () => {
    for (const { name, deeds } of stories) await bot.converse(name, deeds, "sv");
    for (const number of await bot.numbers())
      expect(
        replay(number, { TIME_ZONE: "Pacific/Auckland", DEFAULT_LANGUAGE: "en" }),
      ).toMatchObject({ status: 0, stderr: "" });
  });

  it("names the field of an assessment that was altered in the log", async () => {
    const [first = "", second = ""] = await longConversation();
    alterAssessment(2, "assessment.refund.estimate.amountMinor", "999999");
    const altered = replay(first);
    expect(altered.status).toBe(1);
    expect(altered.lines).toContain(`  2. ${first}  drop.guaranteed-refund: differs`);
    expect(altered.stdout).toMatch(
      /assessment\.refund\.estimate\.amountMinor: recorded 999999, derived \d{3,4}\n/u,
    );
    expect(altered.lines.at(-1)).toBe(`${first}: differs`);
    const beside = replay(second);
    expect(beside.status).toBe(1);
    expect(beside.lines.at(-1)).toBe(`${second}: equal; 1 beside it not equal`);
  });

  it("shows no customer's words where those were altered", async () => {
    const [first = ""] = await longConversation();
    alterAssessment(2, "answers.description", '"SECRET words"');
    alterAssessment(2, "answers.countNow", "77");
    const { status, stdout } = replay(first);
    expect(status).toBe(1);
    expect(stdout).toContain("answers.description: not the same");
    expect(stdout).toContain("answers.countNow: recorded 77, derived 1100");
    expect(stdout).not.toMatch(/SECRET|Monday|Instagram|48213/u);
  });

  it("finds an assessment that was taken out, and one that was put in", async () => {
    const [first = ""] = await longConversation();
    bot.tamper(
      `UPDATE log SET body = '{"type":"message","id":"x","message":{}}'
       WHERE body ->> 'type' = 'assessment' AND body ->> '$.assessment.topic' = 'withdrawal'
         OR body ->> '$.assessment.assessment.rule' = 'withdrawal.declared'`,
    );
    expect(replay(first).stdout).toContain("4. no case  withdrawal.declared: not recorded");
    bot.tamper(
      `INSERT INTO log SELECT conversation_id, (SELECT max(seq) + 1 FROM log), at, body
       FROM log WHERE body ->> 'type' = 'assessment' LIMIT 1`,
    );
    const { status, stdout } = replay(first);
    expect(status).toBe(1);
    expect(stdout).toContain("4. no case  autoService.early: differs");
  });

  it("finds an assessment too many", async () => {
    const [first = ""] = await longConversation();
    bot.tamper(
      `INSERT INTO log SELECT conversation_id, (SELECT max(seq) + 1 FROM log), at, body
       FROM log WHERE body ->> 'type' = 'assessment' LIMIT 1`,
    );
    const { status, stdout } = replay(first);
    expect(status).toBe(1);
    expect(stdout).toContain("5. no case  autoService.early: not derived");
  });

  it("goes on after an upgrade that gave the conversation to a person", async () => {
    await bot.converse("anna", story("drop").slice(0, 5));
    const newer = {
      ...refund,
      version: refund.version + 1,
      migrations: [
        ...refund.migrations,
        () => {
          throw new Error("this snapshot is lost");
        },
      ],
    };
    await bot.converse(
      "anna",
      [press("help"), press("back"), press("another"), ...story("drop")],
      "en",
      newer,
    );
    const reader = openSqliteReader(bot.folder);
    if (!reader) throw new Error("nothing to read");
    const { assessments } = await compareLog(reader, newer, "anna");
    const [first, second] = await bot.numbers();
    expect(assessments).toMatchObject([
      { number: first, rule: "human.asked", verdict: "equal", atDesk: [] },
      { number: second, rule: "drop.guaranteed-refund", verdict: "equal", atDesk: [] },
    ]);
    await reader.close();
  });

  it("finds a case that was altered at the desk", async () => {
    const [first = ""] = await longConversation();
    bot.tamper(
      `UPDATE cases SET body = json_set(body, '$.record.assessment.kind', 'fullRefund') WHERE number = ?`,
      first,
    );
    const { status, stdout } = replay(first);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'assessment.kind: at the desk "fullRefund", derived "partialRefund"\n',
    );
    expect(stdout).toContain(`${first}: differs\n`);
  });

  it("says how to go on where the record is of another policy", async () => {
    const [first = ""] = await longConversation();
    alterAssessment(2, "assessment.policyVersion", '"2024-01-01"');
    expect(replay(first).stdout).toContain(
      "replay it with the version of the bot that recorded it",
    );
  });

  it("says in a line that a log can't be replayed", async () => {
    const [first = ""] = await longConversation();
    bot.tamper("DELETE FROM outbox");
    bot.tamper("DELETE FROM log WHERE seq = 1");
    const { status, stderr } = replay(first);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^Ombud: RF-\w{5}: the log of conversation anna can't be replayed: .+\n$/u,
    );
  });
});

describe("npm run replay has nothing to replay", () => {
  const complaint = (result: ReturnType<typeof runCommand>) => {
    expect(result.status).toBe(1);
    expect(result.stdout).toBe("");
    expect(result.stderr.split("\n")).toHaveLength(2);
    return result.stderr;
  };

  it("for no number", () => {
    expect(complaint(runCommand("replay", { DATA_DIR: bot.folder }))).toContain(
      "npm run replay -- RF-",
    );
  });

  it("for an unknown number", () => {
    expect(complaint(replay("RF-22222"))).toContain("no case RF-22222 in");
  });

  it("in a folder that is missing or empty", () => {
    const empty = mkdtempSync(join(tmpdir(), "ombud-empty-"));
    for (const folder of [empty, join(empty, "missing")]) {
      const said = complaint(replay("RF-22222", { DATA_DIR: folder }));
      expect(said).toContain(`in ${folder}: set DATA_DIR`);
    }
    rmSync(empty, { recursive: true });
  });

  it("in a newer bot's data", () => {
    bot.setVersion(999);
    expect(complaint(replay("RF-22222"))).toContain("start the newer bot");
  });

  it("with settings that are wrong", () => {
    expect(replay("RF-22222", { PORT: "x" }).stderr).toContain("the settings have a fault");
  });
});
