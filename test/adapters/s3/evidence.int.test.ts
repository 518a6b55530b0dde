import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openS3Evidence } from "../../../src/adapters/s3/evidence.ts";
import { StoreUnavailable } from "../../../src/core/errors.ts";
import { evidenceContract } from "../../contract/evidence.ts";
import { startS3 } from "../../support/s3.ts";

const s3 = await startS3();
afterAll(() => s3.close());

const keys = { region: "us-east-1", keyId: "S3RVER", secretKey: "S3RVER" };
const quickly = { ...keys, tryMs: 300, pausesMs: [1, 1] };
const newFolder = () => `${s3.url}/${randomBytes(8).toString("hex")}`;
const id = "AbCdEfGhIjKlMnOpQrStUv-_";
const bytes = randomBytes(5000);

evidenceContract("S3", async () => openS3Evidence({ url: newFolder(), ...keys }));

it("keeps files at the top of a bucket too", async () => {
  const evidence = openS3Evidence({ url: s3.url, ...keys });
  await evidence.keep(id, bytes, bytes);
  expect(await evidence.keptBefore(Date.now() + 60_000)).toEqual([id]);
  expect(Buffer.from((await evidence.original(id)) ?? [])).toEqual(bytes);
  await evidence.remove(id);
});

it("keeps what only whoever has the key may read", async () => {
  const url = newFolder();
  await openS3Evidence({ url, ...keys }).keep(id, bytes, undefined);
  const stranger = await fetch(`${url}/evidence/Ab/${id}.original`);
  expect(stranger.status).toBe(403);
});

/** As AWS documents it (API reference, "ListObjectsV2"); s3rver 5 can't make a token on OpenSSL 3. */
const pageOf = (names: readonly string[], next?: string) => `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>x/evidence/</Prefix>
${names.map((name) => `<Contents><Key>x/evidence/Ab/${name}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;f&quot;</ETag><Size>1</Size></Contents>`).join("\n")}
${next ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>` : ""}</ListBucketResult>`;

it("lists more than a page, whatever the token to the next one looks like", async () => {
  const token = "1ueGc+LPRx1Tr/XYExHn &hbYLgveDs2J=";
  const asked: (string | null)[] = [];
  const server = createServer((request, response) => {
    const from = new URL(request.url ?? "", "http://s3").searchParams.get("continuation-token");
    asked.push(from);
    const [first, second] = [`${id}1.original`, `${id}2.view.webp`];
    const escaped = token.replaceAll("&", "&amp;");
    response.end(from === null ? pageOf([first], escaped) : pageOf([second, "stray.txt"]));
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/b/x`;
  expect(await openS3Evidence({ url, ...keys }).keptBefore(Date.now())).toEqual([
    `${id}1`,
    `${id}2`,
  ]);
  expect(asked).toEqual([null, token]);
});

describe("in bad weather", () => {
  it.each(["refuses", "cuts", "carries out and cuts", "is silent"] as const)(
    "keeps one whole copy where the server %s twice",
    async (weather) => {
      const evidence = openS3Evidence({ url: newFolder(), ...quickly });
      s3.weather("well", weather, weather);
      await evidence.keep(id, bytes, bytes);
      expect(Buffer.from((await evidence.original(id)) ?? [])).toEqual(bytes);
      expect(Buffer.from((await evidence.view(id)) ?? [])).toEqual(bytes);
      expect(await evidence.keptBefore(Date.now() + 60_000)).toEqual([id]);
    },
  );

  it.each(["refuses", "cuts", "is silent"] as const)(
    "says within its tries that the store is unavailable where the server %s",
    async (weather) => {
      onTestFinished(() => s3.weather());
      const evidence = openS3Evidence({ url: newFolder(), ...quickly });
      for (const work of [
        () => evidence.keep(id, bytes, undefined),
        () => evidence.original(id),
        () => evidence.keptBefore(0),
        () => evidence.remove(id),
      ]) {
        s3.weather(...Array.from({ length: 9 }, () => weather));
        const { length } = s3.requests;
        await expect(work()).rejects.toThrow(StoreUnavailable);
        expect(s3.requests.length - length).toBeLessThanOrEqual(6);
      }
    },
  );

  it.each([
    ["a wrong secret", { secretKey: "not-this-one-42" }, "403 SignatureDoesNotMatch"],
    ["an unknown key", { keyId: "SOMEBODY" }, "403 InvalidAccessKeyId"],
    ["a bucket that is not there", { url: "no-such-bucket" }, "404 NoSuchBucket"],
  ])("names the reason of %s, without a secret and at the first try", async (_, wrong, reason) => {
    const url = "url" in wrong ? s3.url.replace(/[^/]+$/u, wrong.url) : newFolder();
    const evidence = openS3Evidence({ ...quickly, ...wrong, url });
    const { length } = s3.requests;
    const error = await evidence.keptBefore(0).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String((error as Error).cause)).toBe(`Error: S3 answered ${reason}`);
    expect(s3.requests.length - length).toBe(1);
    const all = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    expect(all).not.toMatch(/not-this-one-42|SOMEBODY/u);
  });
});
