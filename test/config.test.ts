import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { settings } from "../src/settings.ts";
import { BadConfig } from "../src/core/errors.ts";

const names = Object.keys(settings.shape);

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof BadConfig) return error.faults;
    throw error;
  }
}

test("needs no setting", () => {
  expect(readConfig({})).toMatchObject({
    host: "127.0.0.1",
    port: 3000,
    publicUrl: undefined,
    dataDir: "data",
    shopName: "Viplikes",
    defaultLanguage: "fr",
    timeZone: "Europe/Paris",
    currency: "EUR",
    orderNumberPattern: String.raw`\d{5,9}`,
  });
});

test("takes an empty setting as unset, and leaves variables of others alone", () => {
  const empty = Object.fromEntries(names.map((name) => [name, " "]));
  expect(readConfig({ ...empty, PATH: "/bin", DATADIR: "elsewhere" })).toEqual(readConfig({}));
});

test("tells all faults at once, each with its setting and an example", () => {
  const wrong = Object.fromEntries(
    names.filter((name) => name !== "DATA_DIR").map((name) => [name, "\u0007?("]),
  );
  const faults = faultsOf({ ...wrong, DATA_DIR: "\0" });
  expect(new Set(faults.map((fault) => fault.split(":")[0]))).toEqual(new Set(names));
  for (const fault of faults) expect(fault).toMatch(/^[A-Z\d_]+: must .+, such as \S/u);
});

test("never repeats a wrong value, which may be a secret in the wrong place", () => {
  const secret = "sk-live-4242";
  expect(
    faultsOf(Object.fromEntries(names.map((name) => [name, secret]))).join("\n"),
  ).not.toContain(secret);
});

test.each(["-1", "65536", "http", "3000.5", "1e3"])("refuses port %s", (port) => {
  expect(faultsOf({ PORT: port })).toHaveLength(1);
});

test("takes port 0", () => {
  expect(readConfig({ PORT: "0" }).port).toBe(0);
});

test("takes an origin as the public address, with or without the last slash", () => {
  expect(readConfig({ PUBLIC_URL: "https://Chat.shop.test/" }).publicUrl).toBe(
    "https://chat.shop.test",
  );
  expect(readConfig({ PUBLIC_URL: "http://localhost:3000" }).publicUrl).toBe(
    "http://localhost:3000",
  );
});

test.each([
  "chat.shop.test",
  "ftp://shop.test",
  "https://shop.test/chat",
  "https://a:b@shop.test",
  "https://shop.test?x",
])("refuses %s as the public address", (url) => {
  expect(faultsOf({ PUBLIC_URL: url })[0]).toMatch(/^PUBLIC_URL: must/u);
});

test.each(["javascript:alert(1)", "viplikes.net", "https://"])(
  "refuses %s as the policy's address",
  (url) => {
    expect(faultsOf({ POLICY_URL: url })).toHaveLength(1);
  },
);

test("knows time zones and currencies", () => {
  expect(readConfig({ TIME_ZONE: "Europe/Stockholm", CURRENCY: "SEK" })).toMatchObject({
    currency: "SEK",
  });
  expect(faultsOf({ TIME_ZONE: "Europe/Viplikes", CURRENCY: "kr" })).toHaveLength(2);
});

test.each(["blue", "#fff", "1f5f8b", "#1f5f8b; }"])("refuses %s as a colour", (colour) => {
  expect(faultsOf({ SHOP_ACCENT: colour })).toHaveLength(1);
});

test("reads business hours", () => {
  expect(readConfig({ BUSINESS_HOURS: "mon-thu 10:00-16:00" }).businessHours).not.toEqual(
    readConfig({}).businessHours,
  );
  expect(faultsOf({ BUSINESS_HOURS: "mon-fri" })).toEqual([
    "BUSINESS_HOURS: must be days and hours, such as mon-fri 09:00-17:00",
  ]);
});

test.each([
  String.raw`\d{5,9}`,
  "VL-[A-Z0-9]{4,10}",
  String.raw`(?:VIP|VL)-?\d{5,9}`,
  String.raw`#\d{6}`,
])("takes %s for order numbers", (pattern) => {
  expect(readConfig({ ORDER_NUMBER_PATTERN: pattern }).orderNumberPattern).toBe(pattern);
});

test.each([
  "(",
  String.raw`\d+`,
  "x{1000}",
  "(a{1,5}){1,9}",
  "(a|a){9}",
  "a?",
  "a{1,99}b{1,99}",
  "a?".repeat(49) + "a",
  "x".repeat(101),
])("refuses %s for order numbers, which could match nothing, anything or for ever", (pattern) => {
  expect(faultsOf({ ORDER_NUMBER_PATTERN: pattern })).toHaveLength(1);
});

test(".env.example shows every setting with its default and a line of what it does", () => {
  const example = readFileSync(new URL("../.env.example", import.meta.url), "utf8");
  const shown = parseEnv(example);
  expect(Object.keys(shown).sort()).toEqual(names.toSorted());
  expect(readConfig(shown)).toEqual(readConfig({}));
  for (const name of names) expect(example).toMatch(new RegExp(`^# .+\n${name}=`, "mu"));
});

test("a provider of log-ins needs all of its settings, and says which are missing", () => {
  const issuer = { OIDC_ISSUER: "https://id.shop.test" };
  expect(faultsOf(issuer).map((fault) => fault.split(":")[0])).toEqual([
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "PUBLIC_URL",
    "AGENTS_FILE",
  ]);
  const all = {
    ...issuer,
    OIDC_CLIENT_ID: "ombud",
    OIDC_CLIENT_SECRET: "a-secret-of-the-test",
    PUBLIC_URL: "https://chat.shop.test/",
    AGENTS_FILE: "agents.json",
  };
  expect(readConfig(all).oidc).toMatchObject({
    label: "id.shop.test",
    redirectUri: "https://chat.shop.test/console/login/callback",
  });
  expect(readConfig({ ...all, OIDC_LABEL: "Shop" }).oidc?.label).toBe("Shop");
});

test.each(["http://id.shop.test", "https://a:b@id.shop.test", "https://id.shop.test?x", "id"])(
  "refuses %s as the issuer of log-ins",
  (issuer) => {
    expect(faultsOf({ OIDC_ISSUER: issuer })[0]).toMatch(/^OIDC_ISSUER: must/u);
  },
);

test("wants the access key with the address of a storage, and a way there that nobody reads", () => {
  const url = "https://s3.eu-west-3.amazonaws.com/shop-evidence";
  expect(faultsOf({ EVIDENCE_S3_URL: url }).map((fault) => fault.split(":")[0])).toEqual([
    "EVIDENCE_S3_KEY_ID",
    "EVIDENCE_S3_SECRET_KEY",
  ]);
  const keys = {
    EVIDENCE_S3_KEY_ID: "AKIAEXAMPLE",
    EVIDENCE_S3_SECRET_KEY: "a/secret+of+the=test",
  };
  expect(readConfig({ ...keys, EVIDENCE_S3_URL: `${url}/` }).evidenceS3).toEqual({
    url,
    region: "us-east-1",
    keyId: keys.EVIDENCE_S3_KEY_ID,
    secretKey: keys.EVIDENCE_S3_SECRET_KEY,
  });
  for (const own of ["http://minio:9000/evidence", "http://127.0.0.1:9000/evidence/ombud"])
    expect(readConfig({ ...keys, EVIDENCE_S3_URL: own }).evidenceS3?.url).toBe(own);
  for (const bad of [
    "http://s3.example.com/evidence",
    "https://s3.example.com",
    "https://s3.example.com/",
    "https://key:secret@s3.example.com/evidence",
    "https://s3.example.com/evidence?x=1",
    "s3://evidence",
  ])
    expect(faultsOf({ ...keys, EVIDENCE_S3_URL: bad })[0]).toMatch(/^EVIDENCE_S3_URL: must/u);
});
