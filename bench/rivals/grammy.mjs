// grammY on one pool of connections, with its runner: chats side by side, each chat's updates in order.
import { run, sequentialize } from "@grammyjs/runner";
import { Bot } from "grammy";
import { Agent, fetch } from "undici";
import { apiRoot, token } from "./shared.mjs";

const dispatcher = new Agent({ connections: 512, keepAliveTimeout: 30_000 });

export const createBot = () => {
  const bot = new Bot(token, {
    client: {
      apiRoot,
      // Its own node-fetch opens a connection a request under load. undici knows only real signals.
      fetch: (address, { signal: _, agent: __, compress: ___, ...init }) =>
        fetch(address, { ...init, dispatcher }),
    },
  });
  bot.use(sequentialize((ctx) => String(ctx.chat?.id)));
  return bot;
};

export function start(bot) {
  // Without it one answer 429 ends the process.
  bot.catch(() => {});
  if (process.argv.includes("polling")) void bot.start();
  else run(bot, { runner: { fetch: { timeout: 25 } } });
}
