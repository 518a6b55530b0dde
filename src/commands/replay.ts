/** `npm run replay -- RF-7K2QM`: derives a case's assessment again from its log and says equal or what differs. */
import { createRefund } from "../../flows/refund/flow.ts";
import { figures, flowVersion } from "../../flows/refund/policy/figures.ts";
import { isQuestion, questions } from "../../flows/refund/questions.ts";
import type { StoreReader } from "../ports/store-reader.ts";
import type { Config } from "../config.ts";
import { BotError } from "../core/errors.ts";
import { compareLog, type ComparedAssessment } from "./compare-log.ts";
import { shown, type Difference } from "./differences.ts";
import { complain, onData, print } from "./on-data.ts";

async function replayCase(reader: StoreReader, config: Config, wanted: string): Promise<number> {
  const found = await reader.findCase(wanted);
  if (!found) {
    complain(`no case ${wanted} in ${config.dataDir}: the console lists the numbers`);
    return 1;
  }
  const flow = createRefund(
    {
      ...config,
      name: config.shopName,
      orderNumberPattern: new RegExp(config.orderNumberPattern, "u"),
    },
    () => {
      throw new TypeError("a replay says nothing");
    },
  );
  const compared = await compareLog(reader, flow, found.conversationId).catch((error: unknown) => {
    if (error instanceof BotError) throw error;
    complain(
      `${wanted}: the log of conversation ${found.conversationId} can't be replayed: ${(error as Error).message}`,
    );
  });
  if (!compared) return 1;
  const { entries, assessments } = compared;
  print(`${wanted}: conversation ${found.conversationId}, ${entries} log entries`);
  for (const [index, assessment] of assessments.entries()) tell(index + 1, assessment);
  const different = assessments.filter((one) => !isEqual(one));
  if (different.some(isOfAnotherVersion)) tellVersions();
  const its = assessments.find((one) => one.number === wanted);
  const verdict = its ? (isEqual(its) ? "equal" : "differs") : "its assessment is not in the log";
  const others = different.filter((one) => one !== its).length;
  print(`${wanted}: ${verdict}${others > 0 ? `; ${others} beside it not equal` : ""}`);
  return its && different.length === 0 ? 0 : 1;
}

const isEqual = ({ verdict, atDesk }: ComparedAssessment) =>
  verdict === "equal" && atDesk.length === 0;

const isOfAnotherVersion = ({ versions }: ComparedAssessment) =>
  versions.policyVersion !== figures.version || versions.flowVersion !== flowVersion;

function tell(position: number, compared: ComparedAssessment): void {
  const { number: opened = "no case", rule, verdict, differences, atDesk } = compared;
  print(`  ${position}. ${opened}  ${rule}: ${verdict}`);
  for (const one of differences) print(`       ${line("recorded", one)}`);
  for (const one of atDesk) print(`       ${line("at the desk", one)}`);
}

const line = (where: string, { field, before, after }: Difference): string =>
  isCustomersText(field)
    ? `${field || "the record"}: not the same (customers’ words are not shown)`
    : `${field}: ${where} ${shown(before)}, derived ${shown(after)}`;

const ownFields = new Set([
  "topic",
  "assessment",
  "facts",
  "timeZone",
  "assessedAt",
  "flowVersion",
]);

/** Words, links, numbers and file names are the customer's; figures, sums, times and choices are shown. */
function isCustomersText(field: string): boolean {
  const [part = "", question = ""] = field.split(".");
  if (part !== "answers") return !ownFields.has(part);
  if (!isQuestion(question)) return true;
  return !["choice", "figure", "money", "moment"].includes(questions[question].kind);
}

function tellVersions(): void {
  print(
    `  Recorded under another policy or flow than this one (policy ${figures.version}, flow ${flowVersion}): replay it with the version of the bot that recorded it; for what today's policy makes of it, npm run impact.`,
  );
}

const [asked = ""] = process.argv.slice(2);
const number = asked.trim().toUpperCase();
if (number === "") {
  complain("say which case: npm run replay -- RF-7K2QM");
  process.exitCode = 1;
} else {
  await onData((reader, config) => replayCase(reader, config, number));
}
