// By hand on grammY: read the session, go on, write it, answer. No safety against a repeated update.
import { createBot, start } from "./grammy.mjs";
import { answerOf, inline, questionAt, storage, turns } from "./shared.mjs";

const bot = createBot();
bot.on(["message:text", "callback_query:data"], async (ctx) => {
  const key = String(ctx.chat.id);
  const session = (await storage.read(key)) ?? { turn: 0, answers: {} };
  session.answers[session.turn % 12] = answerOf(ctx);
  const question = questionAt(session.turn);
  session.turn = (session.turn + 1) % turns;
  await storage.write(key, session);
  const answered = ctx.callbackQuery && ctx.answerCallbackQuery();
  await Promise.all([answered, ctx.reply(question.text, inline(question))]);
});
start(bot);
