import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AwsV4Signer } from "aws4fetch";

export interface BucketOptions {
  /** The server's address and the bucket as its path, more of a path is put before every key; without a slash at its end. */
  url: string;
  region: string;
  keyId: string;
  secretKey: string;
  /** How long one try may take, the bytes included. */
  tryMs?: number;
  /** The pauses between tries; as many tries more. */
  pausesMs?: readonly number[];
}

/** What the server answered in the end, whole. */
export interface Answer {
  status: number;
  bytes: Uint8Array;
}

export interface Bucket {
  /** Of an object under the bucket's address; signed, and tried again where that may help. Every request may be carried out twice. */
  ask(method: "GET" | "HEAD" | "PUT" | "DELETE", key: string, body?: Uint8Array): Promise<Answer>;
  /** One page of the keys that begin with `prefix` (below the bucket's path). */
  list(prefix: string, from?: string): Promise<{ objects: Listed[]; next?: string }>;
  /** The same request as a stranger would make it. */
  askUnsigned(key: string): Promise<Answer>;
}

interface Listed {
  /** As given to `ask`. */
  key: string;
  /** Milliseconds since 1970. */
  changedAt: number;
}

/** What S3 said instead of yes. The message has its status and code, no key and no secret. */
export class BucketRefusal extends Error {
  readonly status: number;
  /** A word of S3's ("Error Responses"), or empty. */
  readonly reason: string;
  constructor({ status, bytes }: Answer) {
    const reason = /<Code>(\w{1,60})<\/Code>/u.exec(textOf(bytes))?.[1] ?? "";
    super(`S3 answered ${status}${reason && ` ${reason}`}`);
    this.status = status;
    this.reason = reason;
  }
}

/** A phone's photo on a slow line. */
const defaultTryMs = 20_000;
const defaultPausesMs = [200, 1000] as const;

/** A bucket on any storage that speaks S3, addressed by path, which all of them take. */
export function openBucket({
  url,
  region,
  keyId,
  secretKey,
  tryMs = defaultTryMs,
  pausesMs = defaultPausesMs,
}: BucketOptions): Bucket {
  const { origin, pathname } = new URL(url);
  const [, bucket = "", ...folders] = pathname.split("/");
  const folder = folders.map((one) => `${one}/`).join("");

  async function send(method: string, address: string, body?: Uint8Array): Promise<Answer> {
    const signer = new AwsV4Signer({
      method,
      url: address,
      headers: {
        // The server compares it with what arrives.
        "x-amz-content-sha256": createHash("sha256")
          .update(body ?? "")
          .digest("hex"),
        ...(method === "PUT" && { "cache-control": "private, no-store" }),
      },
      accessKeyId: keyId,
      secretAccessKey: secretKey,
      service: "s3",
      region,
    });
    const { headers } = await signer.sign();
    return plain(method, address, headers, body);
  }

  async function plain(method: string, address: string, headers?: Headers, body?: Uint8Array) {
    const response = await fetch(address, {
      method,
      ...(headers && { headers }),
      ...(body && { body: body as Uint8Array<ArrayBuffer> }),
      // A signature is for one host.
      redirect: "manual",
      signal: AbortSignal.timeout(tryMs),
    });
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) };
  }

  /** Every request leads to the same state when it is carried out again. */
  async function patiently(method: string, address: string, body?: Uint8Array): Promise<Answer> {
    for (const pauseMs of pausesMs) {
      const answer = await send(method, address, body).catch(() => undefined);
      if (answer && !isPassing(answer.status)) return answer;
      await delay(pauseMs);
    }
    return send(method, address, body);
  }

  return {
    ask: (method, key, body) => patiently(method, `${origin}/${bucket}/${folder}${key}`, body),
    askUnsigned: (key) => plain("GET", `${origin}/${bucket}/${folder}${key}`),
    async list(prefix, from) {
      const query = new URLSearchParams({
        "list-type": "2",
        prefix: folder + prefix,
        ...(from !== undefined && { "continuation-token": from }),
      });
      // A signature is of %20, never of +.
      const asked = query.toString().replaceAll("+", "%20");
      const answer = await patiently("GET", `${origin}/${bucket}?${asked}`);
      if (answer.status !== 200) throw new BucketRefusal(answer);
      return pageIn(textOf(answer.bytes), folder);
    },
  };
}

/** Too much asked, or a fault of the server's own. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** S3's `ListBucketResult`; our own keys have nothing that XML would write otherwise. */
function pageIn(xml: string, folder: string): { objects: Listed[]; next?: string } {
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gsu)].flatMap(([, one = ""]) => {
    const key = tagIn(one, "Key");
    const changedAt = Date.parse(tagIn(one, "LastModified"));
    return key.startsWith(folder) ? [{ key: key.slice(folder.length), changedAt }] : [];
  });
  const next = tagIn(xml, "NextContinuationToken");
  return { objects, ...(next !== "" && { next }) };
}

function tagIn(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`, "u").exec(xml)?.[1] ?? "";
  return found
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#x2B;", "+")
    .replaceAll("&amp;", "&");
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
