import { randomBytes } from "node:crypto";
import { type Bucket, BucketRefusal, openBucket } from "../../adapters/s3/bucket.ts";
import type { Config } from "../../config.ts";
import type { Finding } from "./finding.ts";

type Settings = NonNullable<Config["evidenceS3"]>;

/** Where customers' pictures and files are, and whether that goes with where the conversations are. */
export async function examineEvidence({ evidenceS3, redis, dataDir }: Config): Promise<Finding[]> {
  if (evidenceS3) return examineBucket(evidenceS3);
  return redis
    ? [
        {
          what: `Customers' files are in ${dataDir}, which every process must share: several machines need EVIDENCE_S3_URL`,
        },
      ]
    : [];
}

/** Writes, reads, lists and removes an object, and tries to read it as a stranger. */
async function examineBucket(settings: Settings): Promise<Finding[]> {
  const bucket = openBucket({ ...settings, tryMs: 5000, pausesMs: [500] });
  const key = `doctor/${randomBytes(12).toString("hex")}`;
  const what = `Customers' files are in the bucket ${settings.url}`;
  try {
    await walk(bucket, key);
    const isPublic = (await bucket.askUnsigned(key)).status === 200;
    await checked(bucket, "DELETE", key);
    return [
      { what: `${what}: this key may write, read, list and delete there` },
      {
        what: "Strangers can't read them",
        ...(isPublic && {
          fix: "anybody can read this bucket: take its public access away before a customer sends a picture",
        }),
      },
    ];
  } catch (error) {
    return [{ what, fix: wayOut(error) }];
  }
}

async function walk(bucket: Bucket, key: string): Promise<void> {
  const bytes = new TextEncoder().encode("Ombud's doctor was here.");
  await checked(bucket, "PUT", key, bytes);
  const { bytes: read } = await checked(bucket, "GET", key);
  if (Buffer.compare(read, bytes) !== 0)
    throw new Error("it gives back other bytes than it was given");
  const { objects } = await bucket.list("doctor/");
  if (!objects.some((object) => object.key === key))
    throw new Error("it does not list what it was given");
}

async function checked(
  bucket: Bucket,
  method: "GET" | "PUT" | "DELETE",
  key: string,
  body?: Uint8Array,
) {
  const answer = await bucket.ask(method, key, body);
  if (answer.status >= 300) throw new BucketRefusal(answer);
  return answer;
}

function wayOut(error: unknown): string {
  if (!(error instanceof BucketRefusal))
    return `${faultOf(error)}: check the network and EVIDENCE_S3_URL`;
  const { status, reason, message } = error;
  if (reason === "NoSuchBucket") return `${message}: make the bucket, or mend EVIDENCE_S3_URL`;
  if (reason === "SignatureDoesNotMatch" || reason === "InvalidAccessKeyId")
    return `${message}: copy EVIDENCE_S3_KEY_ID and EVIDENCE_S3_SECRET_KEY anew`;
  if (status === 301 || status === 307 || status === 400)
    return `${message}: check EVIDENCE_S3_REGION and the host in EVIDENCE_S3_URL`;
  return status === 403
    ? `${message}: let this key read, write, list and delete in the bucket`
    : `${message}: see what the storage says of it`;
}

/** `fetch` says what has failed in the cause alone. */
function faultOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? message;
}
