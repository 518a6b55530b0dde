import { createChatPage } from "./chat-page.ts";
import { type DiscordServer, openDiscordServer } from "./server.ts";

/** A Discord to try the bot by hand: `npm run discord-server`. */
let server: DiscordServer | undefined;
const page = createChatPage(() => {
  if (server === undefined) throw new Error("not open yet");
  return server;
});
const port = Number(process.env["PORT"] ?? 4300);
server = await openDiscordServer({
  port,
  token: "discord-test-token",
  page: (request, response) => page.handle(request, response),
});
page.start();

const { url, api, token, guild, support, desk, forum, agents, applicationId } = server;
console.log(`A Discord of your own is at ${url}/ - each tab that you open there is a person.

Start the bot on it:

DISCORD_BOT_TOKEN=${token} \\
DISCORD_API_ROOT=${api} \\
DISCORD_SUPPORT_CHANNEL=${support.id} \\
npm start

application  ${applicationId}
guild        ${guild.id}
#support     ${support.id}
#desk        ${desk.id}   (agents only)
forum cases  ${forum.id}   (agents only)
role Agents  ${agents.id}
`);

let shown = 0;
const complaints = setInterval(() => {
  for (const fault of server.faults.slice(shown)) console.error(`fault: ${fault}`);
  shown = server.faults.length;
}, 500);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    clearInterval(complaints);
    void server.close();
  });
}
