import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBot } from "./support/bot.ts";
import { openDiscordServer } from "./support/discord/server.ts";
import { redisFault, startRedis } from "./support/redis.ts";
import { openTelegramServer } from "./support/telegram/server.ts";

const recorder = new URL("support/record-loads.mjs", import.meta.url).href;

/** Of each platform, store and rare need: what only it needs. */
const packagesOf = {
  telegram: ["grammy"],
  discord: ["@discordjs/ws", "@discordjs/rest", "@discordjs/core", "@discordjs/builders"],
  redis: ["@redis/client"],
  s3: ["aws4fetch"],
  logIn: ["openid-client"],
  pictures: ["sharp", "file-type"],
};

/** How many files of each package a start with these settings loads. */
async function filesLoaded(
  settings: Readonly<Record<string, string>>,
): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "ombud-start-"));
  const loads = join(folder, "loads");
  try {
    const recording = { NODE_OPTIONS: `--import=${recorder}`, LOADS: loads };
    const bot = await startBot(folder, { ...recording, ...settings });
    await bot.stop("SIGTERM");
    const packages = readFileSync(loads, "utf8").matchAll(
      /\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/[^\n]*$/gmu,
    );
    const files = Map.groupBy(packages, ([, name = ""]) => name);
    return new Map([...files].map(([name, each]) => [name, each.length]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const besides = (...used: (keyof typeof packagesOf)[]): string[] =>
  Object.entries(packagesOf).flatMap(([name, packages]) =>
    used.some((one) => one === name) ? [] : packages,
  );

const noneOf = (packages: readonly string[], loaded: ReadonlyMap<string, number>) =>
  expect(packages.filter((name) => loaded.has(name))).toEqual([]);

describe("a start loads no library that its settings don't need", () => {
  it("with the live chat alone", async () => {
    const loaded = await filesLoaded({});
    expect(loaded.get("hono")).toBeGreaterThan(0);
    noneOf([...besides(), "undici"], loaded);
  });

  it("with Telegram, whose client comes in one file and without a fetch of its own", async () => {
    const server = await openTelegramServer();
    try {
      const loaded = await filesLoaded({
        TELEGRAM_BOT_TOKEN: server.token,
        TELEGRAM_API_ROOT: server.url,
      });
      noneOf([...besides("telegram"), "node-fetch"], loaded);
      expect(loaded.get("grammy")).toBe(1);
    } finally {
      await server.close();
    }
  });

  it("with Discord", async () => {
    const server = await openDiscordServer();
    try {
      const loaded = await filesLoaded({
        DISCORD_BOT_TOKEN: server.token,
        DISCORD_API_ROOT: server.api,
      });
      noneOf(besides("discord"), loaded);
      expect(loaded.get("@discordjs/ws")).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });
});

describe.skipIf(await redisFault())("a start with Redis", () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());

  it("loads no other library, and of node-redis none of Redis Stack's modules", async () => {
    const loaded = await filesLoaded({ REDIS_URL: redis.url });
    noneOf(besides("redis"), loaded);
    const redises = [...loaded.keys()].filter((name) => name.startsWith("@redis/"));
    expect(redises).toEqual(["@redis/client"]);
  });
});

describe("npm run compile", () => {
  it("leaves a start next to nothing to compile", async () => {
    const root = new URL("..", import.meta.url).pathname;
    const copy = mkdtempSync(join(tmpdir(), "ombud-compiled-"));
    const server = await openTelegramServer();
    const compiled = () =>
      readdirSync(join(copy, "node_modules/.cache/ombud"), { recursive: true, encoding: "utf8" });
    try {
      for (const name of ["src", "flows", "locales", "docs/charts", "package.json"])
        cpSync(join(root, name), join(copy, name), { recursive: true });
      mkdirSync(join(copy, "node_modules"));
      for (const name of readdirSync(join(root, "node_modules")))
        if (!name.startsWith("."))
          symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name));
      execFileSync(process.execPath, [join(copy, "src/compile.mjs")]);
      const before = compiled();
      const bot = await startBot(
        join(copy, "data"),
        { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url },
        { startFile: join(copy, "src/start.mjs") },
      );
      await bot.stop("SIGTERM");
      expect(before.length).toBeGreaterThan(500);
      const own = compiled().filter((file) => !before.includes(file));
      // undici's parser, which comes with the first request.
      expect(own.length).toBeLessThan(2);
    } finally {
      await server.close();
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
