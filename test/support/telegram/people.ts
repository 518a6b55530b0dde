import type { Chat, ChatMember, User } from "@grammyjs/types";
import { forbidden } from "./problem.ts";
import { createView, type ChatView } from "./view.ts";
import { createVoice, type Voice } from "./voice.ts";
import { dayMs, lanes, type ChatState, type World } from "./world.ts";

export interface CustomerOptions {
  id: number;
  firstName?: string;
  lastName?: string;
  username?: string;
  languageCode?: string;
}

/** A person and their private chat with the bot. */
export interface Customer extends Voice {
  readonly id: number;
  readonly user: User;
  readonly chat: ChatView;
  lastMessage: ChatView["lastMessage"];
  waitForMessage: ChatView["waitForMessage"];
  /** `/start`, with the payload of a deep link; unblocks too. */
  start(payload?: string): ReturnType<Voice["text"]>;
  block(): void;
  unblock(): void;
  /** The account is gone: nothing can be sent, and no update says so. */
  deactivate(): void;
}

export interface People {
  readonly answerMs: number;
  person(options: CustomerOptions): Customer;
}

const notStarted = forbidden("bot can't initiate conversation with a user");
const blocked = forbidden("bot was blocked by the user");
const deactivated = forbidden("user is deactivated");

export function createPeople(world: World, answerMs: number): People {
  const known = new Map<number, Customer>();
  return {
    answerMs,
    person(options) {
      const earlier = known.get(options.id);
      if (earlier) return earlier;
      const person = createPerson(world, answerMs, userOf(options));
      known.set(options.id, person);
      return person;
    },
  };
}

export function userOf({ id, firstName, lastName, username, languageCode }: CustomerOptions): User {
  return {
    id,
    is_bot: false,
    first_name: firstName ?? "Camille",
    ...(lastName && { last_name: lastName }),
    ...(username && { username }),
    ...(languageCode && { language_code: languageCode }),
  };
}

function createPerson(world: World, answerMs: number, user: User): Customer {
  const { first_name, last_name, username } = user;
  const chat = {
    id: user.id,
    type: "private",
    first_name,
    ...(last_name && { last_name }),
    ...(username && { username }),
  } as Chat;
  const state = world.addChat(chat, notStarted);
  state.members.set(user.id, { status: "member", user } as ChatMember);
  state.members.set(world.bot.id, { status: "member", user: world.bot } as ChatMember);
  const view = createView(world, () => state);

  const voice = createVoice(
    world,
    () => {
      if (state.refusal === deactivated) throw new Error("a deactivated account says nothing");
      if (state.refusal === blocked) setBlocked(world, state, user, false);
      state.refusal = undefined;
      return state;
    },
    { from: user },
    answerMs,
  );

  return {
    ...voice,
    id: user.id,
    user,
    chat: view,
    lastMessage: view.lastMessage,
    waitForMessage: view.waitForMessage,
    start: (payload) => voice.command("start", payload),
    block() {
      if (state.refusal === blocked) return;
      state.refusal = blocked;
      setBlocked(world, state, user, true);
    },
    unblock() {
      if (state.refusal !== blocked) return;
      state.refusal = undefined;
      setBlocked(world, state, user, false);
    },
    deactivate() {
      state.refusal = deactivated;
    },
  };
}

/** In private chats this update comes only when the bot is blocked or unblocked (Update, my_chat_member). */
function setBlocked(world: World, state: ChatState, user: User, isBlocked: boolean): void {
  const member = { user: world.bot, status: "member" };
  const kicked = { user: world.bot, status: "kicked", until_date: 0 };
  const update = {
    chat: state.chat,
    from: user,
    date: world.seconds(),
    old_chat_member: isBlocked ? member : kicked,
    new_chat_member: isBlocked ? kicked : member,
  };
  world.emit("my_chat_member", update, lanes.member(state.chat.id), dayMs);
}
