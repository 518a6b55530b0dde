import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startBot } from "../support/bot.ts";
import { openDiscordServer, type DiscordServer } from "../support/discord/server.ts";

async function run(command: string, settings: Record<string, string>) {
  const file = fileURLToPath(new URL(`../../src/commands/${command}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env["PATH"] ?? "", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let told = "";
  child.stdout.on("data", (chunk: Buffer) => (told += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, told };
}

let folder: string;
let server: DiscordServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-doctor-"));
  server = await openDiscordServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const settings = () => ({
  DATA_DIR: folder,
  DISCORD_BOT_TOKEN: server.token,
  DISCORD_API_ROOT: server.api,
  DISCORD_SUPPORT_CHANNEL: server.support.id,
});

describe("npm run doctor", () => {
  it("is content with a bot that has been started", async () => {
    const bot = await startBot(join(folder, "data"), settings());
    await vi.waitFor(() => expect(server.world.commands.size).toBe(6), 10_000);
    await bot.stop("SIGTERM");
    const { code, told } = await run("doctor", settings());
    expect(told).toContain("it is the bot ombud");
    expect(told).toContain("✓ The bot may open private threads there and write in them");
    expect(told).toContain("✓ The slash commands are registered");
    expect(code).toBe(0);
    expect(server.faults).toEqual([]);
  }, 60_000);

  it("says what to do for each permission that is missing, and for commands", async () => {
    server.guild.deny(server.support, server.bot, ["CREATE_PRIVATE_THREADS", "ATTACH_FILES"]);
    const { code, told } = await run("doctor", settings());
    expect(told).toContain("→ give its role in this channel: Create Private Threads, Attach Files");
    expect(told).toMatch(/✗ The slash commands are registered\n {2}→ missing: \/refund/u);
    expect(code).toBe(1);
  });

  it("looks at the forum in which agents work", async () => {
    const desk = { ...settings(), DESK_DISCORD_CHANNEL: server.forum.id };
    const bot = await startBot(join(folder, "data"), desk);
    await vi.waitFor(
      () =>
        expect([...server.world.commands.values()].filter(({ guildId }) => guildId)).toHaveLength(
          11,
        ),
      10_000,
    );
    await bot.stop("SIGTERM");
    const well = await run("doctor", desk);
    expect(well.told).toContain("✓ The bot may open posts there, show pictures in them");
    expect(well.told).toContain("✓ The agents’ slash commands are registered");
    expect(well.code).toBe(0);
    server.guild.deny(server.forum, server.bot, ["EMBED_LINKS"]);
    expect((await run("doctor", desk)).told).toContain("give its role in this forum: Embed Links");
    const other = { ...settings(), DESK_DISCORD_CHANNEL: server.support.id };
    expect((await run("doctor", other)).told).toContain("to the id of a forum channel");
    // Without a desk the agents' commands are taken back.
    const without = await startBot(join(folder, "data"), settings());
    await vi.waitFor(() => expect(server.world.commands.size).toBe(6), 10_000);
    await without.stop("SIGTERM");
    expect(server.faults).toEqual([]);
  }, 60_000);

  it("says what to do where the bot does not see the channel, or it is of another kind", async () => {
    expect(
      (await run("doctor", { ...settings(), DISCORD_SUPPORT_CHANNEL: "1".repeat(18) })).told,
    ).toContain("invite it to the server");
    expect(
      (await run("doctor", { ...settings(), DISCORD_SUPPORT_CHANNEL: server.forum.id })).told,
    ).toContain("only those have private threads");
  });

  it("says what to do where the token is refused, and tells no token", async () => {
    const wrong = server.token.replace(/.{5}$/u, "AAAAA");
    const { code, told } = await run("doctor", { ...settings(), DISCORD_BOT_TOKEN: wrong });
    expect(told).toContain("set DISCORD_BOT_TOKEN");
    expect(told).not.toContain(wrong);
    expect(code).toBe(1);
  });
});

describe("npm run discord-panel", () => {
  it("puts the panel into the channel once, and brings it up to date", async () => {
    expect((await run("discord-panel", settings())).told).toContain("stands in channel");
    expect((await run("discord-panel", { ...settings(), DEFAULT_LANGUAGE: "sv" })).told).toContain(
      "is up to date",
    );
    const panels = server.support.messages.filter(({ author }) => author.bot);
    expect(panels.map(({ content }) => content.slice(0, 20))).toEqual(["Har något gått fel m"]);
    expect(server.faults).toEqual([]);
  });

  it("says what is missing", async () => {
    const { code, told } = await run("discord-panel", { DATA_DIR: folder });
    expect(told).toContain("DISCORD_SUPPORT_CHANNEL");
    expect(code).toBe(1);
    server.guild.deny(server.support, server.bot, ["SEND_MESSAGES"]);
    expect((await run("discord-panel", settings())).told).toContain("npm run doctor");
  });
});
