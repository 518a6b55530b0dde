import type { Chat, ChatMember, Message, User } from "@grammyjs/types";
import { addTopic, deleteTopic } from "./methods/topics.ts";
import type { CustomerOptions, People } from "./people.ts";
import { userOf } from "./people.ts";
import { badRequest, forbidden } from "./problem.ts";
import { createView, type ChatView } from "./view.ts";
import { createVoice, type Voice } from "./voice.ts";
import { dayMs, lanes, notify, type World } from "./world.ts";

export interface GroupOptions {
  /** Below zero; a supergroup's begins with -100. */
  id: number;
  title?: string;
  /** With topics; makes it a supergroup. */
  forum?: boolean;
  /** Basic groups can become supergroups; what has topics is one already. */
  type?: "group" | "supergroup";
  members?: readonly CustomerOptions[];
  /** What the bot may do; all that a desk needs unless said otherwise. */
  bot?: "administrator" | "member";
}

export interface Group {
  readonly id: number;
  readonly chat: ChatView;
  lastMessage: ChatView["lastMessage"];
  waitForMessage: ChatView["waitForMessage"];
  /** What is seen of one topic. */
  topic(
    threadId: number,
  ):
    | { readonly messages: ChatView["messages"]; readonly name: string; readonly closed: boolean }
    | undefined;
  readonly topicIds: readonly number[];
  /** This member, in the General topic or the given one. Joins if not there yet. */
  as(member: number | CustomerOptions, topic?: number): Voice;
  /** An administrator who writes as the group itself. Buttons are pressed by the person all the same. */
  asAnonymous(topic?: number): Voice;
  /** A channel that writes in the group. */
  asChannel(channel: { id: number; title: string }, topic?: number): Voice;
  promote(userId: number): void;
  leave(userId: number): void;
  createTopic(name: string, by: number): number;
  renameTopic(threadId: number, name: string, by: number): void;
  closeTopic(threadId: number, by: number): void;
  reopenTopic(threadId: number, by: number): void;
  /** Without a word to the bot. */
  deleteTopic(threadId: number): void;
  /** Becomes a supergroup with another id; two service messages say so. Returns the id. */
  migrate(toForum?: boolean): number;
  kickBot(): void;
  addBot(): void;
  demoteBot(): void;
  promoteBot(rights?: object): void;
  /** Nobody can write here any more. */
  remove(): void;
}

export interface Groups {
  open(options: GroupOptions): Group;
}

/** Telegram's own account behind anonymous administrators. */
const anonymous: User = {
  id: 1087968824,
  is_bot: true,
  first_name: "Group",
  username: "GroupAnonymousBot",
};
/** And the one behind channels. */
const channelBot: User = {
  id: 136817688,
  is_bot: true,
  first_name: "Channel",
  username: "Channel_Bot",
};

const rights = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: false,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_pin_messages: true,
  can_manage_topics: true,
};

export function createGroups(world: World, people: People): Groups {
  return { open: (options) => createGroup(world, people, options) };
}

function createGroup(world: World, people: People, options: GroupOptions): Group {
  const type = options.forum || options.type === "supergroup" ? "supergroup" : "group";
  const title = options.title ?? "Desk";
  let state = world.addChat(chatOf(options.id, title, type, options.forum ?? false));
  const where = () => state;
  const view = createView(world, where);

  function join(user: User): void {
    if (!state.members.has(user.id))
      state.members.set(user.id, { status: "member", user } as ChatMember);
  }
  for (const member of options.members ?? []) join(userOf(member));
  const administrator = {
    status: "administrator",
    user: world.bot,
    ...rights,
  } as unknown as ChatMember;
  const plain = { status: "member", user: world.bot } as ChatMember;
  state.members.set(world.bot.id, options.bot === "member" ? plain : administrator);

  const userBy = (id: number): User => {
    const member = state.members.get(id);
    if (!member || member.status === "left") throw new RangeError(`${id} is no member of ${title}`);
    return member.user;
  };

  function service(content: object, from: User, threadId?: number): Message {
    return world.deliver(state, { from }, content, threadId);
  }

  function setBot(next: ChatMember): void {
    const [by] = state.members.values();
    const update = {
      chat: state.chat,
      from: by?.user ?? anonymous,
      date: world.seconds(),
      old_chat_member: state.members.get(world.bot.id) ?? { status: "left", user: world.bot },
      new_chat_member: next,
    };
    state.members.set(world.bot.id, next);
    world.emit("my_chat_member", update, lanes.member(state.chat.id), dayMs);
  }

  function topicOf(threadId: number) {
    const topic = state.topics.get(threadId);
    if (!topic) throw new RangeError(`${title} has no topic ${threadId}`);
    return topic;
  }

  const group: Group = {
    get id() {
      return state.chat.id;
    },
    chat: view,
    lastMessage: view.lastMessage,
    waitForMessage: view.waitForMessage,
    get topicIds() {
      return [...state.topics.keys()];
    },
    topic(threadId) {
      const topic = state.topics.get(threadId);
      if (!topic) return undefined;
      return {
        name: topic.name,
        closed: topic.closed,
        get messages() {
          return view.messages.filter((message) => message.threadId === threadId);
        },
      };
    },
    as(member, topic) {
      if (typeof member !== "number") join(userOf(member));
      const id = typeof member === "number" ? member : member.id;
      const sender = { from: userBy(id) };
      const inside = () => {
        userBy(id);
        return state;
      };
      return createVoice(world, inside, sender, people.answerMs, topic);
    },
    asAnonymous: (topic) =>
      createVoice(
        world,
        where,
        { from: anonymous, senderChat: state.chat },
        people.answerMs,
        topic,
      ),
    asChannel(channel, topic) {
      const senderChat = { ...channel, type: "channel" } as Chat;
      return createVoice(world, where, { from: channelBot, senderChat }, people.answerMs, topic);
    },
    promote(userId) {
      const user = userBy(userId);
      const before = state.members.get(userId);
      const after = { status: "administrator", user, ...rights } as unknown as ChatMember;
      state.members.set(userId, after);
      emitMember(user, before, after);
    },
    leave(userId) {
      const user = userBy(userId);
      const before = state.members.get(userId);
      const after = { status: "left", user } as ChatMember;
      state.members.set(userId, after);
      service({ left_chat_member: user, left_chat_participant: user }, user);
      emitMember(user, before, after);
    },
    createTopic(name, by) {
      const threadId = state.nextId;
      addTopic(state, name, 7322096, threadId);
      service({ forum_topic_created: { name, icon_color: 7322096 } }, userBy(by), threadId);
      return threadId;
    },
    renameTopic(threadId, name, by) {
      topicOf(threadId).name = name;
      service({ forum_topic_edited: { name } }, userBy(by), threadId);
    },
    closeTopic(threadId, by) {
      topicOf(threadId).closed = true;
      service({ forum_topic_closed: {} }, userBy(by), threadId);
    },
    reopenTopic(threadId, by) {
      topicOf(threadId).closed = false;
      service({ forum_topic_reopened: {} }, userBy(by), threadId);
    },
    deleteTopic: (threadId) => deleteTopic(world, state, topicOf(threadId)),
    migrate(toForum = false) {
      if (state.chat.type !== "group")
        throw new RangeError("only a basic group becomes a supergroup");
      const [by] = state.members.values();
      const from = by?.user ?? anonymous;
      const old = state;
      const id = -1_000_000_000_000 + old.chat.id;
      const next = world.addChat(chatOf(id, title, "supergroup", toForum));
      next.members = new Map(old.members);
      // Both service messages come, and in two lanes.
      world.deliver(old, { from }, { migrate_to_chat_id: id });
      old.refusal = badRequest("group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: id,
      });
      state = next;
      world.deliver(
        next,
        { from: anonymous, senderChat: next.chat },
        { migrate_from_chat_id: old.chat.id },
      );
      notify(old);
      return id;
    },
    kickBot() {
      state.refusal = forbidden(`bot was kicked from the ${state.chat.type} chat`);
      setBot({ status: "kicked", user: world.bot, until_date: 0 } as ChatMember);
    },
    addBot() {
      state.refusal = undefined;
      setBot(plain);
    },
    demoteBot: () => setBot(plain),
    promoteBot: (given = {}) => setBot({ ...administrator, ...given } as ChatMember),
    remove() {
      state.refusal = forbidden("the group chat was deleted");
    },
  };

  function emitMember(user: User, before: ChatMember | undefined, after: ChatMember): void {
    const update = {
      chat: state.chat,
      from: user,
      date: world.seconds(),
      old_chat_member: before ?? { status: "left", user },
      new_chat_member: after,
    };
    world.emit("chat_member", update, lanes.message(state.chat.id), dayMs);
  }

  return group;
}

function chatOf(id: number, title: string, type: "group" | "supergroup", forum: boolean): Chat {
  return { id, title, type, ...(forum && { is_forum: true }) } as Chat;
}
