import { Hono } from "hono";
import {
  type EvidenceRefusal,
  type EvidenceType,
  evidenceTypes,
  ticketValidMs,
} from "../../core/evidence.ts";
import type { Limits } from "./limits.ts";
import type { WebChatOptions } from "./options.ts";
import { pageFile } from "./outbound.ts";
import { languageOf, refuse, tooFast } from "./refusals.ts";
import { sealUpload } from "./seals.ts";
import { mayRead, type Visitors } from "./visitor.ts";

/** Beyond the limit itself, so that a file just over it is refused in the words for that. */
const slackBytes = 1024;

/** A file plays no script in a browser even where it is one. */
const inertHeaders = {
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "private, no-store",
};

interface Parts {
  options: WebChatOptions;
  visitors: Visitors;
  limits: Limits;
}

/** Evidence: in as raw bytes, out only to whom it belongs. */
export function fileRoutes({ options, visitors, limits }: Parts): Hono {
  const { clock, evidence, keepEvidence, maxEvidenceBytes, texts } = options;
  const app = new Hono();

  app.post("/chat/files", async (c) => {
    const language = languageOf(c, options.defaultLanguage);
    const visitor = await visitors.of(c);
    if (!visitor) return refuse(c, 409, "otherConversation");
    const no = (status: 413 | 422, refused: EvidenceRefusal) =>
      refuse(c, status, "refused", {
        refused,
        sentence: texts.in(language).text(`bot:evidence.refused.${refused}`),
      });
    const limited = limits.take("upload", visitor.conversationId, clock.now());
    if (limited) return tooFast(c, language, limited.retryAfterMs);

    // From before the file is kept, so that the ticket ends first.
    const until = clock.now() + ticketValidMs;
    const cap = maxEvidenceBytes + slackBytes;
    if (Number(c.req.header("content-length") ?? 0) > cap) return no(413, "tooLarge");
    const done = await limits.upload(async () => {
      const bytes = await readUpTo(c.req.raw.body, cap);
      return bytes ? keepEvidence(bytes, c.req.query("name") ?? "") : "tooLarge";
    });
    if (done === "tooLarge") return no(413, "tooLarge");
    if ("retryAfterMs" in done) return tooFast(c, language, done.retryAfterMs);
    if ("refused" in done) return no(422, done.refused);
    return c.json({
      token: sealUpload(visitor.seals.files, visitor.conversationId, { evidence: done, until }),
      until,
      file: pageFile(done, visitor.addresses),
    });
  });

  app.get("/chat/evidence/:id/view", async (c) => {
    const visitor = await visitors.of(c);
    const asked = { kind: "view", id: c.req.param("id"), type: "", name: "" };
    if (!visitor || !mayRead(visitor, asked, c.req.query("seal") ?? "")) return c.notFound();
    const bytes = await evidence.view(asked.id);
    if (!bytes) return c.notFound();
    return c.body(new Uint8Array(bytes), 200, { ...inertHeaders, "Content-Type": "image/webp" });
  });

  app.get("/chat/evidence/:id/original", async (c) => {
    const visitor = await visitors.of(c);
    const { type = "", name = "", seal = "" } = c.req.query();
    const asked = { kind: "original", id: c.req.param("id"), type, name };
    if (!visitor || !mayRead(visitor, asked, seal)) return c.notFound();
    const bytes = await evidence.original(asked.id);
    if (!bytes) return c.notFound();
    return c.body(new Uint8Array(bytes), 200, {
      ...inertHeaders,
      "Content-Type": evidenceTypes.includes(type as EvidenceType)
        ? type
        : "application/octet-stream",
      "Content-Disposition": attachment(name),
    });
  });

  return app;
}

/** The whole body; undefined as soon as it is more than `cap`. */
async function readUpTo(
  body: ReadableStream<Uint8Array> | null,
  cap: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > cap) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** RFC 6266: a plain name for old browsers, the whole one as UTF-8. */
function attachment(name: string): string {
  const plain = name.replace(/[^\w. -]/gu, "_").slice(0, 100) || "file";
  const whole = encodeURIComponent(name.toWellFormed() || "file").replace(
    /['()*]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
