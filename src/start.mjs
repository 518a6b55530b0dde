// Plain JavaScript, so that an old Node can still say what it lacks.
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 24) {
  console.error(
    `Ombud needs Node 24, this is ${process.versions.node}. Start it with \`npm start\`, which brings its own, or install Node 24.`,
  );
  process.exit(1);
}
// A third of a start is compiling; what was compiled is kept beside the packages.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/ombud", import.meta.url)));
if (existsSync(".env")) process.loadEnvFile(".env");
const { main } = await import("./main.ts");
await main();
