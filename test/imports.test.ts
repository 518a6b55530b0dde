import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cruiseHouse } from "./support/imports.ts";

const root = new URL("..", import.meta.url).pathname;
const broken = (result: Awaited<ReturnType<typeof cruiseHouse>>) =>
  result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

describe("the walls between the folders", () => {
  it("hold", async () => {
    expect(broken(await cruiseHouse(root))).toEqual([]);
  });

  it("see every file", async () => {
    const seen = new Set((await cruiseHouse(root)).modules.map(({ source }) => source));
    const files = ["src", "flows"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `${folder}/${file}`),
    );
    expect(files.filter((file) => !seen.has(file))).toEqual([]);
  });

  const planted = [
    ["core", "src/core/planted.ts", `import "../app/receive.ts";`],
    ["core-packages", "src/core/planted.ts", `import "node:fs";`],
    ["ports", "src/ports/planted.ts", `import "../app/receive.ts";`],
    ["ports-packages", "src/ports/planted.ts", `import "xstate";`],
    ["flows", "flows/refund/planted.ts", `import "../../src/adapters/node/clock.ts";`],
    ["flows-packages", "flows/refund/planted.ts", `import "hono";`],
    ["app", "src/app/planted.ts", `import "../adapters/node/clock.ts";`],
    ["app-packages", "src/app/planted.ts", `import "node:crypto";`],
    ["adapters", "src/adapters/web/planted.ts", `import "../http/server.ts";`],
    ["config-packages", "src/config.ts", `import "node:fs";`],
    ["main", "src/app/planted.ts", `import "../main.ts";`],
    ["cycles", "src/core/planted.ts", `import "./planted.ts";`],
  ] as const;

  it("fall to each planted fault", async () => {
    const copy = mkdtempSync(join(tmpdir(), "ombud-walls-"));
    try {
      for (const [rule, file, line] of planted) {
        for (const folder of ["src", "flows", "locales"])
          cpSync(join(root, folder), join(copy, folder), { recursive: true });
        cpSync(join(root, "tsconfig.json"), join(copy, "tsconfig.json"));
        cpSync(join(root, "package.json"), join(copy, "package.json"));
        rmSync(join(copy, "node_modules"), { force: true });
        symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
        mkdirSync(join(copy, file, ".."), { recursive: true });
        writeFileSync(join(copy, file), `${line}\nexport const planted = true;\n`);
        const found = broken(await cruiseHouse(copy));
        expect(
          found.some((violation) => violation.startsWith(`${rule}: ${file}`)),
          `${rule} in ${file}: ${found.join("; ")}`,
        ).toBe(true);
        rmSync(join(copy, file));
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }, 60_000);
});
