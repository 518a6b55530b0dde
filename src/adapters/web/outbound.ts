import type { LogEntry } from "../../core/conversation.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { Block, Message, ReviewRow } from "../../core/message.ts";
import { revisionOf } from "../../core/plan.ts";

/** A line of the log as the page shows it. */
export type PageEntry =
  /** `key` is the page's own id of the message; without text and files there is nothing to show. */
  | {
      seq: number;
      at: number;
      from: "customer";
      key: string;
      text?: string;
      files?: readonly PageFile[];
    }
  /**
   * `revision` goes back with a press. `part` tells the messages apart; one
   * that `replaces` another stands in its place, without blocks it takes it away.
   */
  | {
      seq: number;
      at: number;
      from: "bot";
      message: PageMessage;
      revision: number;
      part: string;
      replaces?: string;
    };

export interface PageFile {
  name: string;
  type: string;
  sizeBytes: number;
  /** Of the cleaned picture; absent for what is none. */
  viewUrl?: string;
  downloadUrl: string;
}

export type PageMessage = Omit<Message, "blocks" | "replaces" | "answers"> & {
  blocks: readonly PageBlock[];
};

export type PageBlock =
  | Exclude<Block, { type: "returnLink" | "review" | "file" }>
  | { type: "file"; file: PageFile }
  | (Extract<Block, { type: "returnLink" }> & { url: string })
  | (Omit<Extract<Block, { type: "review" }>, "rows"> & { rows: readonly PageReviewRow[] });

export type PageReviewRow = Omit<ReviewRow, "evidence"> & { files?: readonly PageFile[] };

/** The addresses that only this visitor gets. */
export interface Addresses {
  view(evidence: Evidence): string;
  original(evidence: Evidence): string;
  wayBack: string;
}

/** The entry as its visitor sees it; undefined for what a customer never sees. */
export function pageEntry(
  { seq, at, body }: LogEntry,
  addresses: Addresses,
): PageEntry | undefined {
  if (body.type === "event" && body.by === "customer") {
    const { text, files } = body.said ?? {};
    return {
      seq,
      at,
      from: "customer",
      key: body.key.slice(body.key.lastIndexOf(":") + 1),
      ...(text && { text }),
      ...(files?.length && { files: files.map((file) => pageFile(file, addresses)) }),
    };
  }
  if (body.type === "message") {
    const { replaces } = body.message;
    return {
      seq,
      at,
      from: "bot",
      message: pageMessage(body.message, addresses),
      revision: revisionOf(body.id),
      part: partOf(body.id),
      ...(replaces !== undefined && { replaces: partOf(replaces) }),
    };
  }
  return undefined;
}

/** Keys and ids name the conversation. */
const pageMessage = (
  { replaces: _, answers: __, ...message }: Message,
  addresses: Addresses,
): PageMessage => ({
  ...message,
  blocks: message.blocks.map((block) => pageBlock(block, addresses)),
});

/** The end of a message's id: the rest names the conversation. */
const partOf = (id: string): string => id.split(":").slice(-2).join(":");

/** Without the words that were replaced or withdrawn later on: they are not told again. */
export function withoutReplaced(entries: readonly PageEntry[]): PageEntry[] {
  const replaced = new Set(
    entries.flatMap((entry) => (entry.from === "bot" && entry.replaces ? [entry.replaces] : [])),
  );
  return entries.map((entry) =>
    entry.from === "bot" && replaced.has(entry.part)
      ? { ...entry, message: { ...entry.message, blocks: [] } }
      : entry,
  );
}

export function pageFile(evidence: Evidence, addresses: Addresses): PageFile {
  const { name, type, sizeBytes } = evidence;
  return {
    name,
    type,
    sizeBytes,
    ...(evidence.view && { viewUrl: addresses.view(evidence) }),
    downloadUrl: addresses.original(evidence),
  };
}

function pageBlock(block: Block, addresses: Addresses): PageBlock {
  if (block.type === "returnLink") return { ...block, url: addresses.wayBack };
  if (block.type === "file") return { type: "file", file: pageFile(block.file, addresses) };
  if (block.type !== "review") return block;
  return {
    ...block,
    rows: block.rows.map(({ evidence, ...row }) => ({
      ...row,
      ...(evidence?.length && { files: evidence.map((file) => pageFile(file, addresses)) }),
    })),
  };
}
