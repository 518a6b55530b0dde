import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assess, decidingRule } from "../../flows/refund/assess.ts";
import { readFact } from "../../flows/refund/facts.ts";
import type { RuleId } from "../../flows/refund/policy/rules.ts";
import { openSqliteReader } from "../../src/adapters/sqlite/reader.ts";
import { decide, reportImpact, type Decide } from "../../src/commands/impact-of.ts";
import { daysBetween } from "../../src/core/calendar.ts";
import { stories, type Deed } from "../support/stories.ts";
import { openBotFolder, runCommand } from "./bot-folder.ts";

let bot: ReturnType<typeof openBotFolder>;
beforeEach(() => {
  bot = openBotFolder();
});
afterEach(() => bot.remove());

const press = (id: string): Deed => ({ press: id });
const write = (text: string): Deed => ({ write: text });
const story = (name: string): readonly Deed[] =>
  stories.find((one) => one.name === name)?.deeds ?? [];

/** A drop of so many of the 1,000 that were delivered, so many days ago; no case is opened after the guarantee. */
const oldDrop = (gone: string, ended: string): readonly Deed[] => [
  press("topic:drop"),
  write("48213"),
  press("progress:completed"),
  write("1,000"),
  write("1,000"),
  press("countAtStart:unknown"),
  write(gone),
  write(ended),
  press("confirm"),
];

async function impact(decided: Decide): Promise<string[]> {
  const reader = openSqliteReader(bot.folder);
  if (!reader) throw new Error("nothing to read");
  const lines: string[] = [];
  await reportImpact(reader, decided, (line) => lines.push(line));
  await reader.close();
  return lines;
}

/** The policy with a guarantee of so many days. */
const guaranteeOf =
  (days: number): Decide =>
  (topic, known) => {
    const { deliveryEnd } = known.answers;
    const rule = decidingRule(topic, (fact) => {
      if (fact !== "guarantee" || typeof deliveryEnd !== "object") return readFact(fact, known);
      const ago = daysBetween(deliveryEnd.latest, deliveryEnd.saidAt, known.timeZone);
      return ago <= days ? "within" : "after";
    });
    return rule && assess(rule, known);
  };

/** The policy with what becomes of a row changed; undefined where nothing does. */
const changing =
  (id: RuleId, change: (assessment: ReturnType<Decide>) => ReturnType<Decide>): Decide =>
  (topic, known) => {
    const assessment = decide(topic, known);
    return assessment?.rule === id ? change(assessment) : assessment;
  };

describe("npm run impact", () => {
  it("says that nothing changes where nothing does, with a case or without", async () => {
    for (const { name, deeds } of stories) await bot.converse(name, deeds);
    await bot.converse("late", oldDrop("50", "45 days ago"));
    const { status, stdout, stderr } = runCommand("impact", { DATA_DIR: bot.folder });
    expect(stderr).toBe("");
    expect(stdout).toBe(
      `Nothing changes: ${stories.length + 1} assessments, each with the outcome that is recorded.\n`,
    );
    expect(status).toBe(0);
  });

  it("says so where nothing was assessed yet", async () => {
    expect(runCommand("impact", { DATA_DIR: bot.folder }).stdout).toBe(
      "Nothing is assessed yet.\n",
    );
  });

  it("says in a line that there is no data", () => {
    const { status, stderr } = runCommand("impact", { DATA_DIR: `${bot.folder}/missing` });
    expect(status).toBe(1);
    expect(stderr).toContain("set DATA_DIR to the bot's folder");
  });

  it("lists who would be asked more, and who not, with a guarantee of 60 days", async () => {
    await bot.converse("small", oldDrop("50", "45 days ago"));
    await bot.converse("older", oldDrop("50", "90 days ago"));
    await bot.converse("guaranteed", story("drop"));
    await bot.converse("partial", story("partial"));
    expect(await impact(guaranteeOf(60))).toEqual([
      "no case (conversation small)  drop.later-small: clarification → no row before more is asked",
      "1 of 4 assessments would end otherwise:",
      "  1  drop.later-small → no row before more is asked",
    ]);
  });

  it("names the case and the row on both sides with a guarantee of 3 days", async () => {
    await bot.converse("refunded", story("drop"));
    const [number] = await bot.numbers();
    expect(await impact(guaranteeOf(3))).toEqual([
      `${number}  drop.guaranteed-refund: partialRefund GBP 11.96 → drop.later-large: humanReview`,
      "1 of 1 assessment would end otherwise:",
      "  1  drop.guaranteed-refund → drop.later-large",
    ]);
  });

  it("tells a row whose outcome changed, and another estimate, by the same row", async () => {
    await bot.converse("completed", story("account"));
    const [number] = await bot.numbers();
    const halved = changing("account.some-faulty", (assessment) => {
      const { refund } = assessment ?? {};
      if (!assessment || !refund?.estimate) return assessment;
      const { amountMinor, currency } = refund.estimate;
      const less = { scope: refund.scope, estimate: { amountMinor: amountMinor / 2, currency } };
      return { ...assessment, refund: less };
    });
    expect(await impact(halved)).toEqual([
      `${number}  account.some-faulty: partialRefund GBP 5.00 → account.some-faulty: partialRefund GBP 2.50`,
      "1 of 1 assessment would end otherwise:",
      "  1  account.some-faulty → account.some-faulty",
    ]);
    const urgent = changing(
      "account.some-faulty",
      (assessment) => assessment && { ...assessment, urgent: true },
    );
    expect((await impact(urgent))[0]).toMatch(/GBP 5\.00; urgent false → true$/u);
  });

  it("works where the rows of the records are gone or have another name", async () => {
    for (const name of ["drop", "human", "withdrawal", "slowDelivery"])
      await bot.converse(name, story(name));
    await bot.converse("both", [...story("drop").slice(0, 4), press("person")]);
    bot.tamper(
      `UPDATE log SET body = json_set(body, '$.assessment.assessment.rule', 'slowDelivery.once')
       WHERE body ->> '$.assessment.assessment.rule' = 'slowDelivery.late'`,
    );
    expect(await impact(changing("drop.guaranteed-refund", () => undefined))).toEqual([
      expect.stringMatching(
        /^RF-\w{5}  drop\.guaranteed-refund: .+ → no row before more is asked$/u,
      ),
      "1 of 5 assessments would end otherwise:",
      "  1  drop.guaranteed-refund → no row before more is asked",
      "The same outcome by another row:",
      "  1  slowDelivery.once → slowDelivery.late",
    ]);
  });

  it("goes through thousands of conversations", async () => {
    await bot.converse("anna", story("drop"));
    const copies = 2000;
    bot.copy("anna", copies);
    const reader = openSqliteReader(bot.folder);
    if (!reader) throw new Error("nothing to read");
    const lines: string[] = [];
    await reportImpact(reader, guaranteeOf(3), (line) => lines.push(line));
    await reader.close();
    expect(lines).toHaveLength(copies + 1 + 2);
    expect(lines.at(-1)).toBe(`  ${copies + 1}  drop.guaranteed-refund → drop.later-large`);
  });
});
