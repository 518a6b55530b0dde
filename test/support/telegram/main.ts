import { createPage } from "./page.ts";
import { openTelegramServer, type TelegramServer } from "./server.ts";
import { specMissing } from "./spec.ts";

// Always the same port and token, so that the line below stays in the shell's history.
const port = Number(process.env["PORT"] ?? 8081);
const page = createPage(() => server);
const server: TelegramServer = await openTelegramServer({ port, other: page });
const root = server.url.replace("127.0.0.1", "localhost");

console.log(`A local Telegram. Chat with the bot on ${root}/, and start the bot with

  TELEGRAM_BOT_TOKEN=${server.token} TELEGRAM_API_ROOT=${root} npm start
`);
if (specMissing) console.log(specMissing);

let told = 0;
const watch = setInterval(() => {
  for (; told < server.faults.length; told++) console.error(`fault: ${server.faults[told]}`);
}, 500);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    clearInterval(watch);
    void server.close();
  });
