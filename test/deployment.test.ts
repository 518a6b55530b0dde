import { existsSync, readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { settings } from "../src/settings.ts";
import { copiedFiles, readCompose } from "./support/compose.ts";

const names = Object.keys(settings.shape);
const compose = readCompose();
const bots = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

describe("docker-compose.yml", () => {
  it("has the bot twice, each with all the bot's settings, and no other names", () => {
    expect(bots).toHaveLength(2);
    for (const [, { environment = {} }] of bots) {
      const own = Object.keys(environment);
      expect(own.filter((name) => !names.includes(name))).toEqual([]);
      const missing = names.filter((name) => !own.includes(name));
      expect(missing, "to be added under x-environment").toEqual([]);
    }
  });

  it("gives settings that the bot takes as they are", () => {
    for (const [, { environment = {} }] of bots)
      expect(readConfig(environment)).toMatchObject({
        host: "0.0.0.0",
        port: 3000,
        dataDir: "/data",
        redis: { url: "redis://redis:6379", acceptUnsafe: false },
        shopName: "Viplikes",
      });
  });

  it("lets what .env says through", () => {
    const { services } = readCompose({ SHOP_NAME: "Fleur", SHOP_ACCENT: "#102030" });
    expect(readConfig(services["bot-2"]?.environment ?? {})).toMatchObject({
      shopName: "Fleur",
      shopAccent: "#102030",
    });
  });

  it("names only services and volumes that it has, starts again what ends, and waits for Redis", () => {
    for (const { volumes = [], depends_on = {}, restart } of Object.values(compose.services)) {
      expect(restart).toBe("unless-stopped");
      for (const volume of volumes)
        expect(Object.keys(compose.volumes)).toContain(volume.split(":")[0]);
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe("service_healthy");
        expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
    for (const [, bot] of bots) expect(Object.keys(bot.depends_on ?? {})).toEqual(["redis"]);
  });

  it("is reached from this machine alone, bots at ports of their own and Redis not at all", () => {
    const ports = Object.values(compose.services).flatMap(({ ports: own = [] }) => own);
    expect(ports.every((port) => port.startsWith("127.0.0.1:"))).toBe(true);
    expect(new Set(ports).size).toBe(2);
    expect(compose.services["redis"]?.ports).toBeUndefined();
  });

  it("has no secret in it", () => {
    for (const [, { environment = {} }] of bots)
      for (const [name, value] of Object.entries(environment))
        if (/TOKEN|SECRET|KEY/u.test(name)) expect(value, name).toBe("");
  });

  it("has a Redis that keeps what it is given", () => {
    const { command = [] } = compose.services["redis"] ?? {};
    expect(command.join(" ")).toBe(
      "redis-server --appendonly yes --appendfsync everysec --maxmemory-policy noeviction",
    );
  });
});

describe("the Dockerfile", () => {
  const dockerfile = read("Dockerfile");

  it("has no fault that a linter finds", () => {
    expect(validate(dockerfile)).toEqual([]);
  });

  it("runs as nobody special, says whether it is well and passes signals on", () => {
    expect(dockerfile).toMatch(/^USER node$/mu);
    expect(dockerfile).toMatch(/^HEALTHCHECK /mu);
    expect(dockerfile).toMatch(/^CMD \["node", "src\/start\.mjs"\]$/mu);
    expect(dockerfile.match(/^FROM .*/gmu)?.every((line) => line.includes("node:24-slim"))).toBe(
      true,
    );
  });

  it("copies what there is and what .dockerignore lets through, and never settings or data", () => {
    const files = copiedFiles(dockerfile);
    const open = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    for (const file of files) {
      expect(existsSync(new URL(`../${file}`, import.meta.url)), file).toBe(true);
      expect(open, file).toContain(file);
    }
    expect(files.some((file) => /\.env|^data|^\.$/u.test(file))).toBe(false);
  });
});
