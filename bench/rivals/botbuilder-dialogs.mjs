// A waterfall of botbuilder-dialogs behind grammY's client, its state in Redis with a check of its version.
import { BotAdapter, ConversationState, TurnContext } from "botbuilder-core";
import { Dialog, DialogSet, DialogTurnStatus, WaterfallDialog } from "botbuilder-dialogs";
import { createBot, start } from "./grammy.mjs";
import { answerOf, inline, questionAt, redis, turns } from "./shared.mjs";

const swap = `local old = redis.call('GET', KEYS[1])
local version = old and string.match(old, '^%d+') or '0'
if ARGV[1] ~= '*' and ARGV[1] ~= version then return 0 end
redis.call('SET', KEYS[1], (version + 1) .. ' ' .. ARGV[2])
return 1`;

const storage = {
  async read(keys) {
    const found = {};
    for (const key of keys) {
      const stored = await redis.get(`s:${key}`);
      if (stored === null) continue;
      const space = stored.indexOf(" ");
      found[key] = { ...JSON.parse(stored.slice(space + 1)), eTag: stored.slice(0, space) };
    }
    return found;
  },
  async write(changes) {
    for (const [key, { eTag = "*", ...value }] of Object.entries(changes)) {
      const call = { keys: [`s:${key}`], arguments: [eTag, JSON.stringify(value)] };
      if ((await redis.eval(swap, call)) === 0) throw new Error(`another has written ${key}`);
    }
  },
  delete: (keys) => Promise.all(keys.map((key) => redis.del(`s:${key}`))),
};

const state = new ConversationState(storage);
const dialogs = new DialogSet(state.createProperty("dialogs"));
const step = (turn) => async (dialog) => {
  dialog.values[turn % 12] = dialog.context.activity.text;
  await dialog.context.sendActivity({ type: "message", value: questionAt(turn) });
  return turn + 1 === turns ? dialog.endDialog() : Dialog.EndOfTurn;
};
const steps = Array.from({ length: turns }, (_, turn) => step(turn));
dialogs.add(new WaterfallDialog("refund", steps));

class TelegramAdapter extends BotAdapter {
  /** What is said goes out once the state is kept. */
  async sendActivities(context, activities) {
    context.turnState.get("said").push(...activities);
    return activities.map(() => ({ id: "" }));
  }
  async take(ctx) {
    const context = new TurnContext(this, {
      type: "message",
      channelId: "telegram",
      text: answerOf(ctx),
      from: { id: String(ctx.from.id) },
      recipient: { id: String(ctx.me.id) },
      conversation: { id: String(ctx.chat.id) },
    });
    const said = [];
    context.turnState.set("said", said);
    await this.runMiddleware(context, async (turn) => {
      const dialog = await dialogs.createContext(turn);
      const { status } = await dialog.continueDialog();
      if (status === DialogTurnStatus.empty) await dialog.beginDialog("refund");
      await state.saveChanges(turn);
    });
    const answered = ctx.callbackQuery && ctx.answerCallbackQuery();
    const replies = said.map(({ value }) => ctx.reply(value.text, inline(value)));
    await Promise.all([answered, ...replies]);
  }
}

const adapter = new TelegramAdapter();
const bot = createBot();
bot.on(["message:text", "callback_query:data"], (ctx) => adapter.take(ctx));
start(bot);
