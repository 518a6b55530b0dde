// The same with @grammyjs/conversations: the dialogue is a function, replayed from its log at every update.
import { conversations, createConversation } from "@grammyjs/conversations";
import { createBot, start } from "./grammy.mjs";
import { answerOf, inline, questionAt, storage, turns } from "./shared.mjs";

async function refund(conversation, ctx) {
  const answers = {};
  for (let turn = 0; turn < turns; turn++) {
    const now =
      turn === 0 ? ctx : await conversation.waitFor(["message:text", "callback_query:data"]);
    answers[turn % 12] = answerOf(now);
    const question = questionAt(turn);
    const answered = now.callbackQuery && now.answerCallbackQuery();
    await Promise.all([answered, now.reply(question.text, inline(question))]);
  }
}

const bot = createBot();
bot.use(conversations({ storage }));
bot.use(createConversation(refund));
bot.on("message:text", (ctx) => ctx.conversation.enter("refund"));
start(bot);
