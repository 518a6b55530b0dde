import type { Api } from "grammy/web";
import { request } from "undici";
import { FileUnavailable, PlatformUnavailable } from "../../core/errors.ts";
import type { FileSource } from "../../ports/channel.ts";
import { failureOf } from "./failure.ts";

/** getFile gives no larger ones (https://core.telegram.org/bots/api#getfile). */
const largestBytes = 20 * 1024 * 1024;
const timeoutMs = 20_000;

/**
 * Fetches customers' files, until `end`. Their addresses hold the token, so
 * none is ever kept or told.
 */
export function filesOf(api: Api, token: string, root: string, end: AbortSignal): FileSource {
  return {
    async fetch({ ref, sizeBytes = 0 }) {
      if (typeof ref !== "string") throw new FileUnavailable("telegram", "wrongType");
      if (sizeBytes > largestBytes) throw new FileUnavailable("telegram", "tooLarge");
      const path = await pathOf(api, ref, end);
      return download(`${root}/file/bot${token}/${path}`, end);
    },
  };
}

async function pathOf(api: Api, fileId: string, end: AbortSignal): Promise<string> {
  try {
    const { file_path: path } = await api.getFile(
      fileId,
      // grammY's type is of another package's signal; it takes Node's.
      end as never,
    );
    if (path !== undefined) return path;
  } catch (error) {
    const { description = "" } = error as { description?: string };
    if (/file is too big/i.test(description)) throw new FileUnavailable("telegram", "tooLarge");
    if (!/wrong file|invalid file/i.test(description)) throw failureOf(error);
  }
  throw new FileUnavailable("telegram", "lost");
}

async function download(address: string, end: AbortSignal): Promise<Uint8Array> {
  const signal = AbortSignal.any([end, AbortSignal.timeout(timeoutMs)]);
  try {
    const { statusCode, body } = await request(address, { signal });
    if (statusCode === 200) return await upTo(largestBytes, body);
    await body.dump();
    if (statusCode === 404) throw new FileUnavailable("telegram", "lost");
  } catch (error) {
    if (error instanceof FileUnavailable) throw error;
  }
  throw new PlatformUnavailable("telegram", "a file could not be fetched");
}

async function upTo(most: number, body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > most) throw new FileUnavailable("telegram", "tooLarge");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
