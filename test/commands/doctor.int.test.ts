import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Api } from "grammy/web";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startBot } from "../support/bot.ts";
import { redisFault, startRedis } from "../support/redis.ts";
import { startS3 } from "../support/s3.ts";
import { openTelegramServer, type TelegramServer } from "../support/telegram/server.ts";

const command = fileURLToPath(new URL("../../src/commands/doctor.ts", import.meta.url));

async function doctor(settings: Record<string, string>) {
  const child = spawn(process.execPath, [command], {
    env: { PATH: process.env["PATH"] ?? "", ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  child.stdout.on("data", (chunk: Buffer) => (told += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, told };
}

const noRedis = await redisFault();

let folder: string;
let server: TelegramServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ombud-doctor-"));
  server = await openTelegramServer();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const settings = () => ({
  DATA_DIR: folder,
  TELEGRAM_BOT_TOKEN: server.token,
  TELEGRAM_API_ROOT: server.url,
});

describe("npm run doctor", () => {
  it("is content without any platform", async () => {
    const { code, told } = await doctor({ DATA_DIR: folder });
    expect(told).toContain("✓ No Telegram");
    expect(told).toContain("All is well.");
    expect(code).toBe(0);
  });

  it.skipIf(noRedis)("asks Redis whether it keeps what it is given", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.remove());
    const content = await doctor({ DATA_DIR: folder, REDIS_URL: redis.url });
    expect(content.told).toContain("✓ Redis answers and keeps what it is given");
    await redis.restart("--appendonly", "no");
    const unsafe = await doctor({ DATA_DIR: folder, REDIS_URL: redis.url });
    expect(unsafe.told).toContain("appendonly");
    expect(unsafe.code).toBe(1);
    await redis.kill();
    const gone = await doctor({ DATA_DIR: folder, REDIS_URL: redis.url });
    expect(gone.told).toContain("look at REDIS_URL");
  });

  it("reads the shop's own sentences, and tells every fault of theirs", async () => {
    const example = fileURLToPath(new URL("../../docs/answers.example", import.meta.url));
    const answers = join(folder, "answers");
    cpSync(example, answers, { recursive: true });
    const content = await doctor({ DATA_DIR: folder, CANNED_ANSWERS: answers });
    expect(content.told).toContain("can be read in every language");
    expect(content.code).toBe(0);
    writeFileSync(join(answers, "sv.json"), "{");
    rmSync(join(answers, "en.json"));
    const { code, told } = await doctor({ DATA_DIR: folder, CANNED_ANSWERS: answers });
    expect(told).toMatch(/✗ CANNED_ANSWERS: \S+sv\.json must be JSON/u);
    expect(told).toMatch(/✗ CANNED_ANSWERS: \S+en\.json must be a file that can be read/u);
    expect(code).toBe(1);
  });

  it("is content with a bot that has been started", async () => {
    const bot = await startBot(join(folder, "data"), settings());
    await server.waitForCall(({ method }) => method === "deleteWebhook");
    await bot.stop("SIGTERM");
    const { code, told } = await doctor(settings());
    expect(told).toContain(`it is @${server.bot.username}`);
    expect(told).toContain("✓ The commands are registered in fr, sv, en");
    expect(code).toBe(0);
  });

  it("says what to do where the bot has never been started, or another has a webhook", async () => {
    const api = new Api(server.token, { apiRoot: server.url });
    await api.setWebhook("http://127.0.0.1:9/telegram", { secret_token: "a".repeat(32) });
    const { code, told } = await doctor(settings());
    expect(told).toMatch(/✗ Updates are asked for.+\n {2}→ Telegram has the address/u);
    expect(told).toMatch(/✗ The commands for other languages.+\n {2}→ start the bot/u);
    expect(told).toContain("2 to mend.");
    expect(code).toBe(1);
  });

  it("says where a new token comes from, and never shows the old one", async () => {
    server.revokeToken();
    const { code, told } = await doctor(settings());
    expect(told).toContain("copy TELEGRAM_BOT_TOKEN anew from @BotFather");
    expect(told).not.toContain(server.token);
    expect(code).toBe(1);
  });

  it("says when Telegram can't be reached", async () => {
    const { code, told } = await doctor({ ...settings(), TELEGRAM_API_ROOT: "http://127.0.0.1:9" });
    expect(told).toContain("check the network and TELEGRAM_API_ROOT");
    expect(code).toBe(1);
  });

  it("names every fault of the settings", async () => {
    const { code, told } = await doctor({ PORT: "x", TELEGRAM_BOT_TOKEN: "y" });
    expect(told).toMatch(/✗ PORT: must be/u);
    expect(told).toMatch(/✗ TELEGRAM_BOT_TOKEN: must be/u);
    expect(code).toBe(1);
  });

  it("looks at the group where agents work, and says what it lacks", async () => {
    const desk = { ...settings(), DESK_TELEGRAM_CHAT: "-1001234" };
    const told = async () => (await doctor(desk)).told;
    expect(await told()).toContain("is in no such group");
    const group = server.group({ id: -1_001_234, title: "Support", forum: true, bot: "member" });
    expect(await told()).toContain("make @viplikes_test_bot an administrator there");
    group.promoteBot({ can_manage_topics: false });
    expect(await told()).toContain("the right to manage topics");
    group.promoteBot();
    expect(await told()).toMatch(/✓ Agents work in the Telegram group -1001234, “Support”/u);
  });

  it("tells the number of a group that has moved, and one without topics", async () => {
    const group = server.group({ id: -40_001, type: "group" });
    const desk = { ...settings(), DESK_TELEGRAM_CHAT: "-40001" };
    const told = async () => (await doctor(desk)).told;
    expect(await told()).toMatch(/has no topics/u);
    const to = group.migrate(true);
    expect(await told()).toContain(`set DESK_TELEGRAM_CHAT to ${to}`);
  });
});

describe("npm run doctor on S3", () => {
  it("tries all that the bot will do there, and that strangers can't", async () => {
    const s3 = await startS3();
    onTestFinished(() => s3.close());
    const { code, told } = await doctor({ DATA_DIR: folder, ...s3.settings });
    expect(told).toContain(`✓ Customers' files are in the bucket ${s3.url}`);
    expect(told).toContain("✓ Strangers can't read them");
    expect(code).toBe(0);
    s3.publish();
    const open = await doctor({ DATA_DIR: folder, ...s3.settings });
    expect(open.told).toMatch(/✗ Strangers can't read them\n {2}→ anybody can read this bucket/u);
    expect(open.code).toBe(1);
  });

  it("says what is wrong with the key, the bucket and the way there, and shows no secret", async () => {
    const s3 = await startS3();
    onTestFinished(() => s3.close());
    const secret = "wrong-secret-42";
    for (const [wrong, fix] of [
      [{ EVIDENCE_S3_SECRET_KEY: secret }, "copy EVIDENCE_S3_KEY_ID"],
      [{ EVIDENCE_S3_URL: `${s3.url}-2` }, "make the bucket"],
      [{ EVIDENCE_S3_URL: "http://127.0.0.1:9/b" }, "check the network and EVIDENCE_S3_URL"],
    ] as const) {
      const { code, told } = await doctor({ DATA_DIR: folder, ...s3.settings, ...wrong });
      expect(told).toContain(fix);
      expect(told).not.toContain(secret);
      expect(code).toBe(1);
    }
  });

  it("says that several processes must share the folder where Redis is without it", async () => {
    const { told } = await doctor({ DATA_DIR: folder, REDIS_URL: "redis://127.0.0.1:9" });
    expect(told).toContain("which every process must share");
  });
});
