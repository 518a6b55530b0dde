// Compiles whatever a start may load, and starts nothing: for an image whose files can't be written later.
import { globSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Where start.mjs looks for it.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/ombud", import.meta.url)));
await import("./main.ts");
// Those of a platform or a store are loaded by main only where they are used.
const adapters = globSync("adapters/**/*.ts", {
  cwd: import.meta.dirname,
  // The decoder is a process of its own.
  exclude: ["adapters/sharp/decoder.ts"],
});
for (const file of adapters) await import(new URL(file, import.meta.url).href);
