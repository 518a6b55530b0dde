import { MessageFlags } from "@discordjs/core";
import type { RawFile } from "@discordjs/rest";
import { type DeskPost, partsOf } from "../../../core/desk.ts";
import type { Evidence } from "../../../core/evidence.ts";
import type { Span } from "../../../core/message.ts";
import type { EvidenceStore } from "../../../ports/evidence.ts";
import { escaped, styledSpans } from "../markdown.ts";
import { type Body, inert, nonceOf } from "../outbound.ts";

const longestContent = 2000;
/** Reference, "Uploading Files": of a file and, less what else the request has, of all together. */
const largestBytes = 10 * 1024 * 1024;
const largestTogether = 24 * 1024 * 1024;

/** A post as Discord takes it: one message, or several where it is long. The same post has the same nonces. */
export async function bodiesOf(
  post: DeskPost,
  id: string,
  evidence: Pick<EvidenceStore, "original" | "view">,
): Promise<Body[]> {
  const texts = contentsOf(post.spans);
  const groups = grouped(await Promise.all(post.files.map((file) => fileOf(file, evidence))));
  return [...texts.map((content): Piece => ({ content, files: [] })), ...groups].map(
    ({ content, files }, index) => ({
      content,
      files,
      allowed_mentions: inert.allowed_mentions,
      // Nobody's telephone rings for what the follower shows; the forum's own settings decide on new posts.
      flags: inert.flags | MessageFlags.SuppressNotifications,
      nonce: nonceOf(`${id}:${index}`),
      enforce_nonce: true,
    }),
  );
}

/** Discord's markup in pieces that it takes, none cut within its markup. */
export function contentsOf(spans: readonly Span[]): string[] {
  for (let longest = longestContent; ; longest = Math.floor(longest * 0.7)) {
    const parts = partsOf(spans, longest).map((part) => styledSpans(part));
    if (parts.every((part) => part.length <= longestContent))
      return parts.filter((part) => part.trim() !== "");
  }
}

interface Piece {
  /** Says in words what can't be attached. */
  content: string;
  files: RawFile[];
}

async function fileOf(
  file: Evidence,
  evidence: Pick<EvidenceStore, "original" | "view">,
): Promise<Piece> {
  const bytes = file.view ? await evidence.view(file.id) : await evidence.original(file.id);
  const name = file.name || file.id.slice(0, 8);
  if (!bytes || bytes.length > largestBytes)
    return { content: `📎 ${escaped(name)} (${file.type})`, files: [] };
  return {
    content: "",
    files: [
      {
        name: file.view ? `${name.replace(/\.\w{1,5}$/u, "")}.webp` : name,
        data: Buffer.from(bytes),
        contentType: file.view ? "image/webp" : file.type,
      },
    ],
  };
}

/** As many files in a message as Discord takes at once. */
function grouped(pieces: readonly Piece[]): Piece[] {
  const groups: Piece[] = [];
  let size = 0;
  for (const { content, files } of pieces) {
    const bytes = files.reduce((sum, { data }) => sum + (data as Buffer).length, 0);
    const group = groups.at(-1);
    if (!group || size + bytes > largestTogether) {
      groups.push({ content, files: [...files] });
      size = bytes;
      continue;
    }
    group.files.push(...files);
    group.content = [group.content, content].filter((text) => text !== "").join("\n");
    size += bytes;
  }
  return groups;
}
