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
  /** `revision` goes back with a press. */
  | { seq: number; at: number; from: "bot"; message: PageMessage; revision: number };

export interface PageFile {
  name: string;
  type: string;
  sizeBytes: number;
  /** Of the cleaned picture; absent for a PDF. */
  viewUrl?: string;
  downloadUrl: string;
}

export type PageMessage = Omit<Message, "blocks"> & { blocks: readonly PageBlock[] };

export type PageBlock =
  | Exclude<Block, { type: "returnLink" | "review" }>
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
    return {
      seq,
      at,
      from: "bot",
      message: {
        ...body.message,
        blocks: body.message.blocks.map((block) => pageBlock(block, addresses)),
      },
      revision: revisionOf(body.id),
    };
  }
  return undefined;
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
  if (block.type !== "review") return block;
  return {
    ...block,
    rows: block.rows.map(({ evidence, ...row }) => ({
      ...row,
      ...(evidence?.length && { files: evidence.map((file) => pageFile(file, addresses)) }),
    })),
  };
}
