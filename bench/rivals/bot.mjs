// The smallest conversation on grammY that keeps what it was told before it answers, with
// grammY's own polling (`node bot.mjs polling`) or its runner, one chat's updates in their order.
import { open } from "node:fs/promises";
import { run, sequentialize } from "@grammyjs/runner";
import { Bot } from "grammy";

const bot = new Bot(process.env.TELEGRAM_BOT_TOKEN, {
  client: { apiRoot: process.env.TELEGRAM_API_ROOT },
});
const kept = await open(`${process.env.DATA_DIR}/kept.log`, "a");

bot.use(sequentialize((ctx) => String(ctx.chat?.id)));
bot.on("message:text", async (ctx) => {
  await kept.appendFile(`${ctx.chat.id} ${ctx.message.text}\n`);
  await kept.datasync();
  await ctx.reply(ctx.message.text, {
    reply_markup: { inline_keyboard: [[{ text: "Suite", callback_data: "next" }]] },
  });
});

if (process.argv[2] === "polling") void bot.start();
else run(bot);
process.stdout.write("ready\n");
