import { badRequest, callerFault } from "../problem.ts";
import { dayMs, lanes, type ChatState, type Topic, type World } from "../world.ts";
import { openChat } from "./compose.ts";
import type { Call, Methods } from "./method.ts";
import { remove } from "./edit.ts";

/** The only colours that a topic's icon can have (createForumTopic, icon_color). */
const iconColors = new Set([7322096, 16766590, 13338331, 9367192, 16749490, 16478047]);
const maxName = 128;

function openForum({ world, params }: Call): ChatState {
  const state = openChat(world, params.chat_id);
  if (state.chat.type !== "supergroup" || !state.chat.is_forum)
    throw badRequest("the chat is not a forum");
  const self = state.members.get(world.bot.id);
  if (self?.status !== "administrator" || !self.can_manage_topics)
    throw badRequest("not enough rights to manage topics");
  return state;
}

function topicOf(state: ChatState, threadId: number | undefined): Topic {
  const topic = state.topics.get(threadId ?? 0);
  if (!topic) throw badRequest("TOPIC_ID_INVALID");
  return topic;
}

function checkName(name: string | undefined): void {
  if (name === undefined) return;
  const length = name.trim() === "" ? 0 : name.length;
  if (length < 1 || length > maxName)
    throw callerFault(`topic name of ${length} characters, 1–128 are taken`);
}

/** The bot is told of its own work on topics, though not of its own messages. */
function tell(world: World, state: ChatState, content: object, threadId: number): void {
  const notice = world.post(state, { from: world.bot }, content, threadId);
  world.emit("message", notice, lanes.message(state.chat.id), dayMs);
}

export function deleteTopic(world: World, state: ChatState, topic: Topic): void {
  state.topics.delete(topic.id);
  for (const id of topic.messageIds) {
    const message = state.messages.get(id);
    if (message) remove(world, state, message);
  }
}

/** A topic's number is that of its first message. */
export function addTopic(
  state: ChatState,
  name: string,
  iconColor: number,
  threadId: number,
): Topic {
  const topic: Topic = { id: threadId, name, iconColor, closed: false, messageIds: [] };
  state.topics.set(threadId, topic);
  return topic;
}

export const topicMethods: Methods = {
  createForumTopic(call) {
    const { world, params } = call;
    checkName(params.name);
    const name = params.name ?? "";
    const color = params.icon_color ?? 7322096;
    if (!iconColors.has(color)) throw callerFault(`no topic icon has the colour ${color}`);
    const state = openForum(call);
    const threadId = state.nextId;
    addTopic(state, name, color, threadId);
    tell(world, state, { forum_topic_created: { name, icon_color: color } }, threadId);
    return { message_thread_id: threadId, name, icon_color: color };
  },
  editForumTopic(call) {
    const { world, params } = call;
    checkName(params.name);
    const state = openForum(call);
    const topic = topicOf(state, params.message_thread_id);
    if (params.name === undefined || params.name === topic.name) {
      if (params.icon_custom_emoji_id === undefined) throw badRequest("TOPIC_NOT_MODIFIED");
      return true;
    }
    topic.name = params.name;
    tell(world, state, { forum_topic_edited: { name: topic.name } }, topic.id);
    return true;
  },
  closeForumTopic: (call) => setClosed(call, true),
  reopenForumTopic: (call) => setClosed(call, false),
  deleteForumTopic(call) {
    const state = openForum(call);
    deleteTopic(call.world, state, topicOf(state, call.params.message_thread_id));
    return true;
  },
};

function setClosed(call: Call, closed: boolean): true {
  const state = openForum(call);
  const topic = topicOf(state, call.params.message_thread_id);
  if (topic.closed === closed) throw badRequest("TOPIC_NOT_MODIFIED");
  topic.closed = closed;
  const content = closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} };
  tell(call.world, state, content, topic.id);
  return true;
}
