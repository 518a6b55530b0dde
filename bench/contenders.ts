import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startBot } from "../test/support/bot.ts";

export const contenders = [
  "ombud",
  "telegraf-scenes",
  /** The same with the calls that Ombud makes: what is answered is marked, or loses its buttons. */
  "telegraf-marking",
  "grammy-session",
  "grammy-conversations",
  "botbuilder-dialogs",
] as const;
export type Contender = (typeof contenders)[number];

const folder = fileURLToPath(new URL("rivals/", import.meta.url));

/** What the rivals need lies beside them, so that it stays out of the product. */
export function installRivals(): void {
  if (existsSync(join(folder, "node_modules/botbuilder-dialogs"))) return;
  const { status } = spawnSync("npm", ["ci"], { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error("the rivals can't be installed");
}

/** No pace of its own: what the platform takes is measured, not Telegram's limits. */
const unpaced = { TELEGRAM_PER_SECOND: "10000", TELEGRAM_CHAT_PER_SECOND: "10000" };

export interface Running {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

/** Their file and how it is told. */
const variants: Readonly<Record<string, readonly [file: string, how: string]>> = {
  "grammy-polling": ["grammy-session", "polling"],
  "telegraf-marking": ["telegraf-scenes", "marking"],
};

/** @param settings where Telegram and Redis are, and more if told. */
export async function start(
  name: Contender | "grammy-polling",
  settings: Readonly<Record<string, string>>,
): Promise<Running> {
  if (name === "ombud") {
    const dataDir = mkdtempSync(join(tmpdir(), "ombud-bench-"));
    const bot = await startBot(dataDir, { ...unpaced, ...settings });
    return {
      pid: bot.process.pid ?? 0,
      port: bot.port,
      async stop() {
        await bot.stop("SIGKILL");
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  }
  const [file, how] = variants[name] ?? [name, "runner"];
  const child = spawn(process.execPath, [join(folder, `${file}.mjs`), how], {
    env: { PATH: process.env["PATH"] ?? "", NODE_ENV: "production", ...settings },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return {
    pid: child.pid ?? 0,
    port: 0,
    async stop() {
      const ended = once(child, "exit");
      if (child.kill("SIGKILL")) await ended;
    },
  };
}

/** Milliseconds of processor time, in the kernel's ticks of 10 ms. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export async function memoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) / 1024;
}
