import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSoleOwner, openFileAgents } from "../../../src/adapters/files/agents.ts";
import { BadConfig } from "../../../src/core/errors.ts";

const example = fileURLToPath(new URL("../../../docs/agents.example.json", import.meta.url));
const ida = { id: "ida", name: "Ida", role: "admin" };
const jean = { id: "jean", name: "Jean", role: "lead" };
let folder: string;
let path: string;
let told: string[];
const tell = (_: object, message: string) => void told.push(message);
const log = { info: tell, warn: tell, error: tell };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ombud-agents-"));
  path = join(folder, "agents.json");
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(list: unknown) {
  writeFileSync(path, typeof list === "string" ? list : JSON.stringify(list));
}

function faultsOf(list: unknown): readonly string[] {
  write(list);
  try {
    openFileAgents(path, log);
    return [];
  } catch (error) {
    if (error instanceof BadConfig) return error.faults;
    throw error;
  }
}

test("knows a person on every surface as the same", async () => {
  const agents = openFileAgents(example, log);
  expect(await agents.byId("ida")).toEqual(ida);
  expect(await agents.byTelegram("123456789")).toEqual(ida);
  expect(await agents.byTelegram("987654321")).toMatchObject({ id: "svea" });
  expect(await agents.byDiscord("80351110224678912")).toEqual(ida);
  expect(await agents.firstAdmin()).toEqual(ida);
  const issuer = "https://id.shop.example";
  expect(await agents.byWeb({ issuer, subject: "x", email: "IDA@shop.example" })).toEqual(ida);
  expect(await agents.byWeb({ issuer, subject: "x" })).toBeUndefined();
  const discord = "https://discord.com/";
  expect(await agents.byWeb({ issuer: discord, subject: "80351110224678913" })).toEqual(jean);
  expect(await agents.byWeb({ issuer, subject: "80351110224678913" })).toBeUndefined();
});

test("says who has a role, or a higher one", async () => {
  const agents = openFileAgents(example, log);
  const ids = async (role: "agent" | "lead" | "admin") => (await agents.idsOf(role)).toSorted();
  expect(await ids("agent")).toEqual(["ida", "jean", "svea"]);
  expect(await ids("admin")).toEqual(["ida"]);
  expect(await createSoleOwner("Viplikes").idsOf("lead")).toEqual(["owner"]);
});

test("knows nobody else", async () => {
  const agents = openFileAgents(example, log);
  expect(await agents.byId("IDA")).toBeUndefined();
  expect(await agents.byTelegram("1")).toBeUndefined();
  expect(await agents.byDiscord("123456789")).toBeUndefined();
  expect(await agents.byId("__proto__")).toBeUndefined();
});

test("tells all faults at once, each with its place and the way out", () => {
  const faults = faultsOf([
    { id: "Ida!", name: "", role: "boss", web: ["nobody"], telegram: -1, discord: 8035 },
    { id: "bo", name: "Bo", role: "agent", phone: "1" },
    "Svea",
  ]);
  expect(faults.map((fault) => fault.split(" must ")[0])).toEqual([
    "AGENTS_FILE: agent 1 id",
    "AGENTS_FILE: agent 1 name",
    "AGENTS_FILE: agent 1 role",
    "AGENTS_FILE: agent 1 web 0",
    "AGENTS_FILE: agent 1 telegram",
    "AGENTS_FILE: agent 1 discord",
    "AGENTS_FILE: agent 2",
    "AGENTS_FILE: agent 3",
  ]);
  for (const fault of faults) expect(fault).toMatch(/ must .+, such as \S/u);
});

test("refuses two persons of one identity, so that a second person is another person", () => {
  const bo = { id: "bo", name: "Bo", role: "agent" };
  const faults = faultsOf([
    { ...ida, telegram: 7, discord: "80351110224678912", web: ["a@b.example"] },
    { ...bo, telegram: "7", discord: "80351110224678912", web: ["A@B.example"] },
    bo,
  ]);
  expect(faults).toHaveLength(4);
  expect(faults[0]).toContain("agent 2 web 0 must be nobody else's (ida has it)");
  expect(faults[3]).toContain("agent 3 id must be nobody else's");
});

test.each([
  ["{", "must be JSON"],
  [{ agents: [] }, "must be a list"],
  [[jean], 'must have somebody with "role": "admin"'],
])("refuses %j", (list, fault) => {
  expect(faultsOf(list)).toEqual([expect.stringContaining(fault)]);
});

test("says which file is missing", () => {
  expect(() => openFileAgents(join(folder, "none.json"), log)).toThrow(
    "AGENTS_FILE: must be a file that can be read",
  );
});

test("reads the list again when it has changed", async () => {
  write([ida, jean]);
  const agents = openFileAgents(path, log);
  write([ida]);
  expect(await agents.byId("jean")).toBeUndefined();
  write([ida, { ...jean, role: "agent" }]);
  expect(await agents.byId("jean")).toMatchObject({ role: "agent" });
  expect(told).toHaveLength(2);
});

test("keeps the list before a broken one, and says so once", async () => {
  write([ida]);
  const agents = openFileAgents(path, log);
  write("[");
  expect(await agents.byId("ida")).toEqual(ida);
  expect(await agents.byId("ida")).toEqual(ida);
  expect(told).toEqual(["the new list of agents is broken, the one before stays"]);
  unlinkSync(path);
  expect(await agents.byId("ida")).toEqual(ida);
  write([ida, jean]);
  expect(await agents.byId("jean")).toEqual(jean);
});

test("without a list there is one admin, the owner", async () => {
  const agents = createSoleOwner("Viplikes");
  expect(await agents.firstAdmin()).toEqual({ id: "owner", name: "Viplikes", role: "admin" });
  expect(await agents.byId("owner")).toMatchObject({ role: "admin" });
  expect(await agents.byTelegram("1")).toBeUndefined();
});
