import type { Message } from "@grammyjs/types";
import type { Params } from "../params.ts";
import { badRequest, callerFault } from "../problem.ts";
import { lanes, dayMs, type ChatState, type World } from "../world.ts";
import { captionContent, checkKeyboard, isSameContent, openChat, textContent } from "./compose.ts";
import type { Call, Method, Methods } from "./method.ts";
import { reactions } from "./reactions.ts";

const deletableMs = 48 * 3_600_000;

const edit =
  (change: (message: Message, params: Params) => object): Method =>
  ({ world, params }) => {
    const state = openChat(world, params.chat_id);
    checkKeyboard(params.reply_markup);
    const message = state.messages.get(params.message_id ?? 0);
    if (!message) throw badRequest("message to edit not found");
    if (message.from?.id !== world.bot.id || message.forward_origin)
      throw badRequest("message can't be edited");
    const changed = change(message, params);
    // A keyboard that is not given again is taken away.
    const keyboard = params.reply_markup?.inline_keyboard;
    const next = {
      ...message,
      reply_markup: undefined,
      ...changed,
      ...(keyboard && keyboard.length > 0 && { reply_markup: { inline_keyboard: keyboard } }),
    } as unknown as Message;
    if (isSameContent(message, next))
      throw badRequest(
        "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
      );
    // A change of the keyboard alone leaves no mark on the message.
    const isMarkupOnly = Object.keys(changed).length === 0;
    const edited = isMarkupOnly ? next : ({ ...next, edit_date: world.seconds() } as Message);
    world.change(state, edited);
    return edited;
  };

function mayDelete(world: World, state: ChatState, message: Message): boolean {
  if (world.now() - message.date * 1000 >= deletableMs) return false;
  if (state.chat.type === "private" || message.from?.id === world.bot.id) return true;
  const self = state.members.get(world.bot.id);
  return self?.status === "administrator" && self.can_delete_messages;
}

export function remove(world: World, state: ChatState, message: Message): void {
  state.messages.delete(message.message_id);
  state.reactions.delete(message.message_id);
  if (message.from?.id === world.bot.id) state.changes.push(message.message_id);
  for (const watcher of state.watchers) if (watcher()) state.watchers.delete(watcher);
}

function pin({ world, params }: Call, isPinned: boolean): true {
  const state = openChat(world, params.chat_id);
  const self = state.members.get(world.bot.id);
  if (state.chat.type !== "private" && !(self?.status === "administrator" && self.can_pin_messages))
    throw badRequest(`not enough rights to manage pinned messages in the chat`);
  const id = params.message_id ?? state.pinned.at(-1) ?? 0;
  const message = state.messages.get(id);
  if (!message) throw badRequest(`message to ${isPinned ? "pin" : "unpin"} not found`);
  state.pinned = state.pinned.filter((pinned) => pinned !== id);
  if (isPinned) {
    state.pinned.push(id);
    const content = { pinned_message: message };
    const notice = world.post(state, { from: world.bot }, content, message.message_thread_id);
    world.emit("message", notice, lanes.message(state.chat.id), dayMs);
  }
  return true;
}

export const editMethods: Methods = {
  editMessageText: edit((message, params) => {
    const content = textContent(params);
    if (message.text === undefined) throw badRequest("there is no text in the message to edit");
    return { entities: undefined, ...content };
  }),
  editMessageCaption: edit((message, params) => {
    const content = captionContent(params);
    if (!message.photo && !message.document && !message.video && !message.audio && !message.voice)
      throw badRequest("there is no caption in the message to edit");
    return { caption: undefined, caption_entities: undefined, ...content };
  }),
  editMessageReplyMarkup: edit(() => ({})),
  deleteMessage({ world, params }) {
    const state = openChat(world, params.chat_id);
    const message = state.messages.get(params.message_id ?? 0);
    if (!message) throw badRequest("message to delete not found");
    if (!mayDelete(world, state, message)) throw badRequest("message can't be deleted");
    remove(world, state, message);
    return true;
  },
  deleteMessages({ world, params }) {
    const state = openChat(world, params.chat_id);
    const ids = params.message_ids ?? [];
    if (ids.length < 1 || ids.length > 100)
      throw callerFault(`${ids.length} message_ids, 1–100 are taken`);
    // Those that are not there are skipped (deleteMessages).
    for (const id of ids) {
      const message = state.messages.get(id);
      if (message && mayDelete(world, state, message)) remove(world, state, message);
    }
    return true;
  },
  setMessageReaction({ world, params }) {
    const state = openChat(world, params.chat_id);
    const id = params.message_id ?? 0;
    if (!state.messages.has(id)) throw badRequest("message to react not found");
    const emojis = (params.reaction ?? []).map((each) => (each.type === "emoji" ? each.emoji : ""));
    if (emojis.length > 1) throw badRequest("REACTIONS_TOO_MANY");
    if (emojis.some((emoji) => !reactions.has(emoji))) throw badRequest("REACTION_INVALID");
    state.reactions.set(id, emojis);
    for (const watcher of state.watchers) if (watcher()) state.watchers.delete(watcher);
    return true;
  },
  pinChatMessage: (call) => pin(call, true),
  unpinChatMessage: (call) => pin(call, false),
  unpinAllChatMessages({ world, params }) {
    openChat(world, params.chat_id).pinned = [];
    return true;
  },
};
