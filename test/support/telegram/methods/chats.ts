import { badRequest, callerFault } from "../problem.ts";
import { notify } from "../world.ts";
import { openChat } from "./compose.ts";
import type { Methods } from "./method.ts";

const actions = new Set(
  "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker find_location record_video_note upload_video_note".split(
    " ",
  ),
);
const maxFileBytes = 20 * 2 ** 20;
const maxAnswer = 200;

export const chatMethods: Methods = {
  sendChatAction({ world, params }) {
    const action = params.action ?? "";
    if (!actions.has(action)) throw callerFault("wrong parameter action in request");
    const state = openChat(world, params.chat_id);
    const threadId = params.message_thread_id;
    if (threadId !== undefined && !state.topics.has(threadId))
      throw badRequest("message thread not found");
    state.action = { action, at: world.now(), threadId };
    notify(state);
    return true;
  },
  getChat({ world, params }) {
    // A person is known by their number even after they have blocked the bot.
    const found = world.find(params.chat_id);
    const state = found.chat.type === "private" ? found : openChat(world, params.chat_id);
    const full = { accent_color_id: 3, max_reaction_count: 11, accepted_gift_types: {} };
    return { ...state.chat, ...full };
  },
  getChatMember({ world, params }) {
    const state = openChat(world, params.chat_id);
    const member = state.members.get(params.user_id ?? 0);
    if (!member) throw badRequest("member not found");
    return member;
  },
  getChatMemberCount: ({ world, params }) => openChat(world, params.chat_id).members.size,
  getChatAdministrators({ world, params }) {
    const state = openChat(world, params.chat_id);
    if (state.chat.type === "private")
      throw badRequest("there are no administrators in the private chat");
    return [...state.members.values()].filter(
      ({ status }) => status === "creator" || status === "administrator",
    );
  },
  answerCallbackQuery({ world, params }) {
    const id = params.callback_query_id ?? "";
    if ((params.text ?? "").length > maxAnswer) throw callerFault("MESSAGE_TOO_LONG");
    const query = world.callbacks.get(id);
    world.callbacks.delete(id);
    if (!query || query.expiresAt <= world.now())
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    const { text, show_alert, url } = params;
    query.answered({
      ...(text !== undefined && { text }),
      ...(show_alert !== undefined && { show_alert }),
      ...(url !== undefined && { url }),
    });
    return true;
  },
  getFile({ world, params }) {
    // A thumbnail is the same picture here.
    const file = world.files.byId((params.file_id ?? "").replace(/s$/u, ""));
    if (!params.file_id) throw callerFault("file_id not specified");
    if (!file) throw badRequest("wrong file_id or the file is temporarily unavailable");
    if (file.size > maxFileBytes) throw badRequest("file is too big");
    return {
      file_id: params.file_id,
      file_unique_id: file.uniqueId,
      file_size: file.size,
      file_path: file.path,
    };
  },
};
