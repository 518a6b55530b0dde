import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { digestOf, homeOf, shardOf, shards } from "../../../src/adapters/redis/keys.ts";
import { readScripts, scriptNames } from "../../../src/adapters/redis/scripts.ts";

const folder = new URL("../../../src/adapters/redis/", import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.lua`, folder), "utf8");

describe("keys", () => {
  it("spread conversations evenly over the parts, each with a hash tag of its own", () => {
    const counts = new Map(shards.map((shard) => [shard, 0]));
    const ids = Array.from({ length: 32_000 }, (_, index) => `conversation-${index}`);
    for (const id of ids) counts.set(shardOf(id), (counts.get(shardOf(id)) ?? 0) + 1);
    expect(counts.size).toBe(32);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
    expect(new Set(shards.map((shard) => /\{(.+)\}/u.exec(shard)?.[1])).size).toBe(32);
  });

  it("are where they were: a stored format", () => {
    expect(["anna", "bo", "zoé"].map(shardOf)).toMatchInlineSnapshot(`
      [
        "ombud{s27}",
        "ombud{s30}",
        "ombud{s29}",
      ]
    `);
    expect(digestOf("web:anna:1")).toMatchInlineSnapshot(`
      {
        "digest": "X7_VKN7ZLKX3uFpg-F5x",
        "set": "X3",
      }
    `);
  });

  it("of what is handled lie with the conversation that they name", () => {
    expect(homeOf("web:anna:7", "anna")).toBe(shardOf("anna"));
    expect(homeOf("telegram:7", "anna")).toBe(shardOf("telegram:7"));
  });
});

describe("every script", () => {
  const named = [...scriptNames];

  it.each(named)("%s touches keys of its own part only", (name) => {
    const source = `${read("shared")}\n${read(name)}`.replace(/--.*$/gmu, "");
    const keys = [...source.matchAll(/\bcall\(\s*'[A-Z]+',\s*([^,)]+)/gu)].map(([, key = ""]) =>
      key.trim(),
    );
    // A key is the part's name and more, or a variable that is made of it.
    const ofThePart = new Set(
      [...source.matchAll(/local (\w+)(?:, \w+)* = (?:\(KEYS\[2\] or shard\)|shard) \.\./gu)].map(
        ([, variable]) => variable,
      ),
    );
    const strange = keys.filter((key) => !key.startsWith("shard ..") && !ofThePart.has(key));
    expect(keys.length).toBeGreaterThan(0);
    expect(strange).toEqual([]);
  });

  it("that could touch another part is one of two, for the handled key", () => {
    const two = scriptNames.filter((name) => read(name).includes("KEYS[2]"));
    expect(two).toEqual(["commit", "hold"]);
  });

  it.each(named)("%s says its keys, its arguments and its answer at its head", (name) => {
    const head = /^(?:--.*\n)+/u.exec(read(name))?.[0] ?? "";
    expect(head).toContain("-- KEYS ");
    expect(head).toContain("-- ARGV ");
    expect(head).toContain("-- Gives ");
    expect(head).toMatch(/repeat|Reads only/iu);
  });

  it("is another to Redis", () => {
    const hashes = Object.values(readScripts()).map(({ sha }) => sha);
    expect(new Set(hashes).size).toBe(scriptNames.length);
  });
});
