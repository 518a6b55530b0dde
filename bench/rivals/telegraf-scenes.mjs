// A wizard scene of telegraf, its session in Redis.
import { Agent } from "node:http";
import { Scenes, session, Telegraf } from "telegraf";
import { answerOf, apiRoot, inline, questionAt, storage, token, turns } from "./shared.mjs";

const agent = new Agent({ keepAlive: true, maxSockets: 512 });
const bot = new Telegraf(token, { telegram: { apiRoot, agent, attachmentAgent: agent } });

const step = (turn) => async (ctx) => {
  ctx.wizard.state.answers ??= {};
  ctx.wizard.state.answers[turn % 12] = answerOf(ctx);
  const question = questionAt(turn);
  if (turn + 1 === turns) await ctx.scene.leave();
  else ctx.wizard.next();
  const answered = ctx.callbackQuery && ctx.answerCbQuery();
  await Promise.all([answered, ctx.reply(question.text, inline(question))]);
};
const refund = new Scenes.WizardScene(
  "refund",
  ...Array.from({ length: turns }, (_, turn) => step(turn)),
);

const store = { get: storage.read, set: storage.write, delete: storage.delete };
bot.use(session({ store, getSessionKey: (ctx) => String(ctx.chat.id) }));
bot.use(new Scenes.Stage([refund]).middleware());
bot.on("text", (ctx) => ctx.scene.enter("refund"));
// Without it one answer 429 ends the process.
bot.catch(() => {});
void bot.launch();
