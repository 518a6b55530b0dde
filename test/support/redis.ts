import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@redis/client";
import { optionsOf } from "../../src/adapters/redis/link.ts";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../../node_modules/.cache/ombud-redis", import.meta.url));
const packages = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1", "libatomic1"];
const longestFetchMs = 120_000;

/** A Redis of a test's own. */
export interface TestRedis {
  url: string;
  /** What it writes is in there. */
  folder: string;
  socket: string;
  pid: number;
  /** Ends it at once, as kill -9. */
  kill(): Promise<void>;
  /** Starts it again on what it has left behind, with more settings if told. */
  restart(...settings: string[]): Promise<void>;
  /** Ends it and removes what it has left behind. */
  remove(): Promise<void>;
}

/** Starts a Redis with an append-only file on a socket of its own, or on a port if told. */
export async function startRedis({
  port = 0,
  settings = [],
}: { port?: number; settings?: readonly string[] } = {}): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-redis-"));
  const socket = join(folder, "redis.sock");
  const { command, environment } = await server();
  let child = await start(settings);

  async function start(own: readonly string[]) {
    const place = ["--port", `${port}`, "--unixsocket", socket, "--dir", folder];
    const safe = ["--appendonly", "yes", "--save", "", "--bind", "127.0.0.1", "--daemonize", "no"];
    // With this signal ignored a limit on files is a full disk, and not the end.
    const patiently = ["-c", 'trap "" XFSZ; exec "$0" "$@"', command];
    const started = spawn("/bin/sh", [...patiently, ...place, ...safe, ...own], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      let said = "";
      started.stdout.on("data", (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4000);
        if (said.includes("eady to accept connections")) resolve();
      });
      started.on("close", () => reject(new Error(`Redis has ended: ${said}`)));
      started.on("error", reject);
    });
    return started;
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  return {
    folder,
    socket,
    url: port > 0 ? `redis://127.0.0.1:${port}` : `unix://${socket}`,
    get pid() {
      return child.pid ?? 0;
    },
    kill,
    async restart(...more) {
      await kill();
      child = await start([...settings, ...more]);
    },
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Why there is no Redis here, or undefined if there is one. A test without it
 * says so and does not run; in CI it fails.
 */
export async function redisFault(): Promise<string | undefined> {
  try {
    const redis = await startRedis();
    await redis.remove();
    return undefined;
  } catch (error) {
    const why = `no Redis can be started (${(error as Error).message.split("\n")[0]}): install Debian's package redis-server`;
    if (process.env["CI"] === "true") throw new Error(why, { cause: error });
    console.warn(`tests with Redis don't run: ${why}`);
    return why;
  }
}

/** The one in PATH, or Debian's, unpacked into a folder of the project. */
async function server() {
  const inPath = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "redis-server"))
    .find(isExecutable);
  if (inPath) return { command: inPath, environment: {} };
  await fetchOnce();
  const libraries = join(cache, "usr/lib");
  const all = readdirSync(libraries).map((folder) => join(libraries, folder));
  const environment = { LD_LIBRARY_PATH: [...all, libraries].join(delimiter) };
  return { command: join(cache, "usr/bin/redis-server"), environment };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Several test files that start at once wait for one. */
async function fetchOnce(): Promise<void> {
  const lock = `${cache}.lock`;
  mkdirSync(join(cache, ".."), { recursive: true });
  while (!existsSync(cache)) {
    if (!takeLock(lock)) {
      await delay(100);
      continue;
    }
    try {
      if (!existsSync(cache)) await fetchRedis();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function takeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > longestFetchMs) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

async function fetchRedis(): Promise<void> {
  const folder = mkdtempSync(`${cache}-`);
  try {
    await run("apt-get", ["download", ...packages], { cwd: folder, timeout: longestFetchMs });
    const unpacked = join(folder, "unpacked");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".deb")))
      await run("dpkg", ["-x", join(folder, file), unpacked]);
    renameSync(unpacked, cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes everything in it. */
export async function emptied(url: string): Promise<void> {
  const { socket, ...options } = optionsOf(url);
  const client = createClient({ ...options, socket } as object);
  await client.connect();
  await client.flushAll();
  await client.close();
}
