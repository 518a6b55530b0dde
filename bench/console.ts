/**
 * `npm run bench:console`: what the console's pages cost at 100 and at 10,000
 * cases, in processor time of the whole request. The two stores take turns,
 * round by round; every figure is the median of the rounds. `--json` prints
 * the figures for a program.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { createConsole } from "../src/adapters/console/console.ts";
import { createSoleOwner } from "../src/adapters/files/agents.ts";
import { systemClock } from "../src/adapters/node/clock.ts";
import { openSqliteStore } from "../src/adapters/sqlite/store.ts";
import type { Case } from "../src/core/case.ts";
import { languages } from "../src/core/language.ts";
import type { Commit, Store } from "../src/ports/store.ts";
import { topics } from "../flows/refund/policy/rules.ts";
import { readPictures } from "../test/support/pictures.ts";
import { library, quiet, refund } from "../test/support/shop.ts";
import { inbounds, receiverOn } from "./conversation.ts";

const sizes = [100, 10_000] as const;
const rounds = 21;
const warmUps = 4;
const targetMs = 50;

const pages: Readonly<Record<string, string>> = {
  queue: "/console",
  "queue, mine": "/console?view=mine",
  "queue, one language and topic": "/console?language=sv&topic=drop",
  "closed cases": "/console?view=closed",
  "all cases": "/console?view=all",
  "search, one finds": "/console?view=all&q=48777",
  "search, many find": "/console?view=all&q=instagram",
  "search, none finds": "/console?view=all&q=nowhere+at+all",
  case: "/console/cases/RF-00042",

  "path of a case": "/console/cases/RF-00042/path",
  "ready sentences": "/console/cases/RF-00042/phrases?q=refund+days",
  "figures of the week": "/console/figures",
  chart: "/console/chart",
  "messages to check": "/console/deliveries",
  "audit log": "/console/audit",
};

/** One conversation from its first word to its case, as the bot commits it. */
async function record(): Promise<Commit[]> {
  const commits: Commit[] = [];
  const store = openSqliteStore(":memory:");
  const receiver = receiverOn(store, (commit) => commits.push(commit));
  for (const inbound of inbounds(1)) await receiver.receive(inbound);
  await store.close();
  return commits;
}

const dayMs = 86_400_000;

/** The recorded conversation as another customer's, in one commit: the whole log, of the messages the last (the rest were sent). */
function another(commits: readonly Commit[], index: number, now: number): Commit {
  const last = commits.at(-1);
  const entry = last?.cases[0];
  if (!last || !entry) throw new Error("the conversation no longer ends in a case");
  const number = `RF-${String(index).padStart(5, "0")}`;
  const text = JSON.stringify({ ...last, log: commits.flatMap(({ log }) => log) })
    .replaceAll(entry.conversationId, `bench-${index}-of-many-abcdefg`)
    .replaceAll(entry.number, number)
    .replaceAll("48213", String(48_213 + index));
  const copy = JSON.parse(text) as Commit;
  const messages = copy.log.filter(({ type }) => type === "message").length;
  let passed = 0;
  return {
    ...copy,
    conversation: { ...copy.conversation, revision: 1 },
    handled: `bench:${index}`,
    timers: [],
    // The case that is measured has its whole transcript.
    log: copy.log.filter(({ type }) => index === 42 || type !== "message" || ++passed === messages),
    cases: copy.cases.map((one) => ({ ...one, ...among(index, now) })),
  };
}

/** A tenth decided each week of ten; of the rest a part is the shop's, a part the customer's turn. */
function among(index: number, now: number): Partial<Case> {
  const openedAt = now - (index % 70) * dayMs - index;
  const isDecided = index % 10 < 6;
  const by = { id: "owner", name: "Viplikes" };
  return {
    openedAt,
    updatedAt: openedAt,
    waitingSince: openedAt,
    language: languages[index % languages.length] ?? "fr",
    topic: topics[index % topics.length] ?? "drop",
    urgent: index % 50 === 0,
    waitsFor: index % 3 === 0 ? "customer" : "shop",
    status: isDecided ? (index % 4 === 0 ? "closed" : "decided") : "open",
    ...(index % 5 === 0 && { owner: by }),
    ...(isDecided && {
      waitsFor: "customer" as const,
      decision: {
        outcome: "partialRefund",
        amountMinor: 1196,
        currency: "EUR",
        clauses: ["5.5"],
        reasons: "…",
        factsRevision: 1,
        by,
        at: openedAt + dayMs / 2,
      },
    }),
  };
}

async function fill(store: Store, commits: readonly Commit[], cases: number): Promise<void> {
  const now = systemClock.now();
  for (let index = 0; index < cases; index++) await store.commit(another(commits, index, now));
  for (;;) {
    const leased = await store.lease({ channel: "web", now, leaseMs: 60_000, limit: 1000 });
    if (leased.length === 0) return;
    await store.settle(leased.map(({ id }) => ({ id, outcome: "sent" as const, at: now })));
  }
}

async function openDesk(commits: readonly Commit[], cases: number) {
  const folder = mkdtempSync(join(tmpdir(), "ombud-bench-"));
  const store = openSqliteStore(folder);
  await fill(store, commits, cases);
  const desk = createConsole({
    store,
    evidence: { original: async () => undefined, view: async () => undefined },
    texts: library,
    clock: systemClock,
    language: "en",
    timeZone: "Europe/Paris",
    agents: createSoleOwner("Viplikes"),
    log: quiet,
    addressOf: () => "192.0.2.1",
    act: async () => undefined,
    keepEvidence: async () => ({ refused: "noRoom" }),
    flow: refund,
    topics: (texts) => topics.map((id) => ({ id, title: texts.text(`bot:topic.${id}`) })),
    publicUrl: () => "http://localhost",
    charts: { flow: refund.id, pictures: readPictures() },
  });
  const app = new Hono().route("/console", desk.app);
  const answer = await app.request(await desk.enterPath());
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return {
    /** Processor time of a page, in milliseconds. */
    async cost(address: string): Promise<number> {
      const from = process.cpuUsage();
      const page = await app.request(address, { headers: { cookie } });
      const { length } = await page.text();
      const { user, system } = process.cpuUsage(from);
      if (page.status !== 200 || length < 1000) throw new Error(`${address}: ${page.status}`);
      return (user + system) / 1000;
    },
    async close() {
      desk.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const commits = await record();
const desks = [await openDesk(commits, sizes[0]), await openDesk(commits, sizes[1])];
const measured = Object.entries(pages).map(([what, address]) => ({
  what,
  address,
  costs: desks.map((): number[] => []),
}));
for (let round = 0; round < warmUps + rounds; round++)
  for (const { address, costs } of measured)
    for (const [index, desk] of desks.entries()) {
      const ms = await desk.cost(address);
      if (round >= warmUps) costs[index]?.push(ms);
    }
for (const desk of desks) await desk.close();

const rows = measured.map(({ what, costs }) => {
  const [few = Number.NaN, many = Number.NaN] = costs.map(median);
  return { what, few, many, ratio: many / few };
});
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(rows)}\n`);
else {
  const ms = (value: number) => value.toFixed(1);
  process.stdout.write(
    [
      `| page, CPU ms | ${sizes.map((size) => `${size.toLocaleString("en")} cases`).join(" | ")} | ratio |`,
      "|---|--:|--:|--:|",
      ...rows.map(
        ({ what, few, many, ratio }) => `| ${what} | ${ms(few)} | ${ms(many)} | ${ms(ratio)} |`,
      ),
      "",
    ].join("\n"),
  );
}
const slow = rows.filter(({ many }) => many > targetMs);
for (const { what, many } of slow)
  process.stderr.write(`${what}: ${many.toFixed(0)} ms of CPU, more than ${targetMs}\n`);
process.exitCode = slow.length > 0 ? 1 : 0;
