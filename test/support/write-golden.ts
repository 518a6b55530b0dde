/** `npm run golden`: writes the golden transcripts anew and removes those of rows that are gone. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { goldenFolder, transcribe, transcripts, waysToRules } from "./golden.ts";

const ways = waysToRules();
for (const transcript of transcripts) {
  const text = await transcribe(transcript, ways.get(transcript.rule) ?? []);
  writeFileSync(join(goldenFolder, transcript.file), text);
}
const kept = new Set(transcripts.map(({ file }) => file));
const gone = readdirSync(goldenFolder).filter((file) => !kept.has(file));
for (const file of gone) rmSync(join(goldenFolder, file));
process.stdout.write(
  `${transcripts.length} transcripts written, ${gone.length} removed: read \`git diff test/golden\`\n`,
);
