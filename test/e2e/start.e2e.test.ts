import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startBot } from "../support/bot.ts";

const start = fileURLToPath(new URL("../../src/start.mjs", import.meta.url));

/** Starts the bot where it can't run, and gives what it says. */
function refusedStart(settings: Readonly<Record<string, string>>): {
  lines: string[];
  status: number | null;
} {
  const { stderr, status } = spawnSync(process.execPath, [start], {
    env: { PORT: "0", ...settings },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { lines: stderr.trim().split("\n"), status };
}

describe("the start", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ombud-start-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("prints where the chat is and a link to the console that works once", async () => {
    const bot = await startBot(folder);
    expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${bot.url}/`)).status).toBe(200);
    expect((await fetch(`${bot.url}/console`)).status).toBe(401);
    expect((await fetch(bot.consoleLink)).status).toBe(200);
    expect((await fetch(bot.consoleLink)).status).not.toBe(200);
    expect(await bot.stop("SIGTERM")).toBe(0);
  });

  it("says in one line that the port is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const { lines, status } = refusedStart({ DATA_DIR: folder, PORT: String(port) });
    server.close();
    expect(lines).toEqual([expect.stringContaining(`port ${port} is in use`)]);
    expect(status).toBe(1);
  });

  it("says in one line that another bot has the folder", async () => {
    const bot = await startBot(folder);
    const { lines, status } = refusedStart({ DATA_DIR: folder });
    await bot.stop("SIGTERM");
    expect(lines).toEqual([expect.stringContaining("another bot is running")]);
    expect(status).toBe(1);
  });

  it("says in one line that the folder can't be written", () => {
    writeFileSync(join(folder, "file"), "");
    const { lines, status } = refusedStart({ DATA_DIR: join(folder, "file", "data") });
    expect(lines).toEqual([expect.stringContaining("can't write")]);
    expect(status).toBe(1);
  });

  it("says all wrong settings at once", () => {
    const { lines, status } = refusedStart({
      DATA_DIR: folder,
      PORT: "high",
      TIME_ZONE: "Mars",
      CURRENCY: "XXXX",
    });
    expect(lines).toHaveLength(4);
    expect(status).toBe(1);
  });

  it("ends cleanly and comes back on the same folder, again and again", async () => {
    for (let round = 0; round < 3; round++) {
      const bot = await startBot(folder);
      expect(await bot.stop(round === 1 ? "SIGKILL" : "SIGTERM")).toBe(round === 1 ? null : 0);
    }
  });
});
