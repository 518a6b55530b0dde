import { z } from "zod";
import type { Evidence } from "../../core/evidence.ts";
import type { Inbound } from "../../core/inbound.ts";
import { languages, type Language } from "../../core/language.ts";

/** The longest text of one message, in UTF-16 units as a textarea counts. */
export const maxTextLength = 4_000;
export const maxFilesPerMessage = 10;

const common = { id: z.uuid(), language: z.enum(languages).optional() };
const text = z.string();

const posted = z.union([
  z.strictObject({ ...common, text }),
  z.strictObject({
    ...common,
    choice: z.string().min(1).max(64),
    revision: z.int().nonnegative(),
  }),
  z.strictObject({
    ...common,
    files: z.array(z.string().max(4_000)).min(1).max(maxFilesPerMessage),
    text: text.optional(),
  }),
]);

/**
 * A message of the page as an inbound.
 *
 * @param openFile the evidence of an upload's token; undefined when it is not this visitor's.
 */
export function readMessage(
  body: unknown,
  conversationId: string,
  openFile: (token: string) => Evidence | "expired" | undefined,
): { inbound: Inbound } | { fault: "malformed" | "tooLong" | "expired" } {
  const read = posted.safeParse(body);
  if (!read.success) return { fault: "malformed" };
  const message = read.data;
  if ("text" in message && (message.text?.length ?? 0) > maxTextLength) return { fault: "tooLong" };
  const inbound = (content: Inbound["content"]): { inbound: Inbound } => ({
    inbound: {
      key: `web:${conversationId}:${message.id}`,
      conversationId,
      channel: "web",
      ...(message.language && { language: message.language }),
      content,
    },
  });
  if ("choice" in message) {
    return inbound({ type: "pressed", choice: message.choice, revision: message.revision });
  }
  if ("files" in message) {
    const files: Evidence[] = [];
    for (const file of message.files.map(openFile)) {
      if (file === undefined) return { fault: "malformed" };
      if (file === "expired") return { fault: "expired" };
      files.push(file);
    }
    const caption = message.text?.trim();
    return inbound({ type: "files", files, ...(caption && { caption }) });
  }
  return inbound({ type: "text", text: message.text });
}

/** Opening the chat; the same conversation starts once. */
export function readStart(conversationId: string, language: Language): Inbound {
  return {
    key: `web:start:${conversationId}`,
    conversationId,
    channel: "web",
    language,
    content: { type: "started" },
  };
}
