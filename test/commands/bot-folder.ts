import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createReceiver } from "../../src/app/receive.ts";
import type { InboundContent } from "../../src/core/inbound.ts";
import type { Language } from "../../src/core/language.ts";
import { library, quiet, refund, stoppedClock } from "../support/shop.ts";
import type { Deed } from "../support/stories.ts";
import { picture } from "../flows/refund/dialogue.ts";

/** A bot's folder that conversations are put into through the real receiver. */
export function openBotFolder() {
  const folder = mkdtempSync(join(tmpdir(), "ombud-folder-"));
  const store = openSqliteStore(folder);
  const clock = stoppedClock();
  let count = 0;

  return {
    folder,
    store,
    /** Says, presses and sends these in turn, a second apart. */
    async converse(
      conversationId: string,
      deeds: readonly Deed[],
      language: Language = "en",
      flow = refund,
    ) {
      const receiver = createReceiver({
        flow,
        store,
        texts: library,
        clock,
        log: quiet,
        defaultLanguage: "fr",
        committed: () => {},
      });
      const send = (content: InboundContent) => {
        clock.at += 1000;
        const key = `test:${++count}`;
        return receiver.receive({ key, conversationId, channel: "web", language, content });
      };
      if (!(await store.load(conversationId))) await send({ type: "started" });
      for (const deed of deeds) {
        const { promptedRevision: revision = 0 } = (await store.load(conversationId)) ?? {};
        if ("press" in deed) await send({ type: "pressed", choice: deed.press, revision });
        else if ("picture" in deed) await send({ type: "files", files: [picture(1)] });
        else {
          const { write: text } = deed;
          await send({ type: "text", text: typeof text === "string" ? text : text[language] });
        }
      }
    },
    /** The numbers of all cases, the oldest first. */
    async numbers(): Promise<string[]> {
      const cases = await store.listCases({ limit: 1000 });
      return cases.map(({ number }) => number).toReversed();
    },
    /** Changes the data behind the bot's back. */
    tamper(sql: string, ...values: (string | number)[]): void {
      const raw = new DatabaseSync(join(folder, "ombud.sqlite"));
      const { changes } = raw.prepare(sql).run(...values);
      raw.close();
      if (changes === 0) throw new Error(`nothing to tamper with: ${sql}`);
    },
    /** As if as many others had had the same conversation. */
    copy(conversationId: string, times: number): void {
      const raw = new DatabaseSync(join(folder, "ombud.sqlite"));
      const numbers = `WITH RECURSIVE copy (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < ${times})`;
      raw.exec(`
        BEGIN;
        INSERT INTO conversation ${numbers}
          SELECT id || '-' || n, channel, revision, last_seq, body, flow, flow_version, standing, resting
          FROM copy, conversation WHERE id = '${conversationId}';
        INSERT INTO log ${numbers}
          SELECT conversation_id || '-' || n, seq, at, body
          FROM copy, log WHERE conversation_id = '${conversationId}';
        COMMIT;
      `);
      raw.close();
    },
    /** As if another version of the bot had written the data. */
    setVersion(version: number): void {
      const raw = new DatabaseSync(join(folder, "ombud.sqlite"));
      raw.exec(`PRAGMA user_version = ${version}`);
      raw.close();
    },
    async remove() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command of `src/commands` as `npm run` does, with only these settings and no `.env`. */
export function runCommand(
  name: string,
  settings: Readonly<Record<string, string>>,
  ...args: string[]
) {
  const script = fileURLToPath(new URL(`../../src/commands/${name}.ts`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...settings },
    cwd: tmpdir(),
    encoding: "utf8",
  });
  return { status, stdout, stderr, lines: stdout.trimEnd().split("\n") };
}
