import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { Hono } from "hono";
import { accentIcon, accentStyles } from "./accent.ts";

const pageFolder = new URL("page/", import.meta.url);

const types: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface Assets {
  app: Hono;
  /** The address of a file, which changes with any change of any of them: modules of two versions never meet. */
  url(file: string): string;
  scripts: readonly string[];
}

/** The page's own files, read once, and what is made from the shop's colour. */
export function createAssets(accent: string): Assets {
  const files = new Map<string, Buffer>();
  for (const name of readdirSync(pageFolder).sort()) {
    if (types[extname(name)]) files.set(name, readFileSync(new URL(name, pageFolder)));
  }
  files.set("accent.css", Buffer.from(accentStyles(accent)));
  files.set("icon.svg", Buffer.from(accentIcon(accent)));

  const hash = createHash("sha256");
  for (const [name, bytes] of files) hash.update(name).update("\0").update(bytes);
  const version = hash.digest("hex").slice(0, 16);

  const app = new Hono();
  app.get("/assets/:version/:file", (c) => {
    const bytes = files.get(c.req.param("file"));
    if (!bytes || c.req.param("version") !== version) return c.text("not found", 404);
    return c.body(new Uint8Array(bytes), 200, {
      "Content-Type": types[extname(c.req.param("file"))] ?? "application/octet-stream",
      "Cache-Control": "public, max-age=31536000, immutable",
    });
  });
  return {
    app,
    url: (file) => `/assets/${version}/${file}`,
    scripts: [...files.keys()].filter((file) => file.endsWith(".js")),
  };
}
