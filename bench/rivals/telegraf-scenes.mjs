// A wizard scene of telegraf, its session in Redis.
import { Agent } from "node:http";
import { Scenes, session, Telegraf } from "telegraf";
import { answerOf, apiRoot, inline, questionAt, storage, token, turns } from "./shared.mjs";

const agent = new Agent({ keepAlive: true, maxSockets: 512 });
const bot = new Telegraf(token, { telegram: { apiRoot, agent, attachmentAgent: agent } });

const isMarking = process.argv.includes("marking");

/** As Ombud does it: below what was pressed stands the mark, what was answered in words loses its buttons. */
function mark({ callbackQuery, chat, telegram }, asked) {
  if (!callbackQuery) return asked && telegram.editMessageReplyMarkup(chat.id, asked);
  const { data, message } = callbackQuery;
  const buttons = message.reply_markup.inline_keyboard.flat();
  const { text } = buttons.find((button) => button.callback_data === data) ?? {};
  return telegram.editMessageText(
    chat.id,
    message.message_id,
    undefined,
    `${message.text}\n\n✓ ${text}`,
  );
}

const step = (turn) => async (ctx) => {
  const { state } = ctx.wizard;
  state.answers ??= {};
  state.answers[turn % 12] = answerOf(ctx);
  const question = questionAt(turn);
  if (turn + 1 === turns) await ctx.scene.leave();
  else ctx.wizard.next();
  const answered = ctx.callbackQuery && ctx.answerCbQuery();
  const marked = isMarking && mark(ctx, state.asked);
  const [sent] = await Promise.all([ctx.reply(question.text, inline(question)), answered, marked]);
  if (isMarking) state.asked = sent.message_id;
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
