import { demand, maySee } from "./access.ts";
import type { Links } from "./attachments.ts";
import { type CommandOptions, commandData } from "./commands.ts";
import { componentType, everyComponent } from "./components.ts";
import { addInteraction } from "./interactions.ts";
import { deleteMessage, editMessage, sendMessage } from "./messages.ts";
import {
  type FileToSend,
  type ModalValues,
  type ShownModal,
  submitted,
  toFiles,
} from "./modals.ts";
import {
  type Channel,
  type Json,
  type Message,
  type User,
  channelType,
  interactionType,
  messageFlag,
} from "./model.ts";
import { type Seen, seen } from "./seen.ts";
import { addThread, joinThread, leaveThread } from "./threads.ts";
import { type Use, type Watch, createWatch, useOf } from "./watch.ts";
import { type World, dmWith } from "./world.ts";

/** "dm", or a channel or its id. */
export type Where = string | { readonly id: string };

export interface SayOptions {
  replyTo?: string | { readonly id: string };
  files?: readonly FileToSend[];
}

/** Somebody with Discord open: what they do, and what they see. */
export interface Person {
  readonly id: string;
  /** Live: close the DMs or change the language here. */
  readonly user: User;
  /** The DM with the bot. */
  readonly dmId: string;
  text(where: Where, text: string, options?: SayOptions): Seen;
  dm(text: string, options?: SayOptions): Seen;
  edit(messageId: string, text: string): Seen;
  delete(messageId: string): void;
  sticker(where: Where, name?: string): Seen;
  voiceMessage(where: Where, bytes?: Buffer): Seen;
  /** Of a name that their menu shows, in any of the languages. */
  command(name: string, options?: CommandOptions, where?: Where): Use;
  /** A button by its id or its label. Throws if it is not there or disabled. */
  press(message: string | { readonly id: string }, button: string): Use;
  select(
    message: string | { readonly id: string },
    customId: string,
    values: readonly string[],
  ): Use;
  submitModal(modal: ShownModal, values: ModalValues): Use;
  /** Everything there that they may see, oldest first, with what only they see. */
  messages(where: Where): Seen[];
  message(id: string): Seen | undefined;
  /** The next message of somebody else that this has not returned yet. */
  waitForMessage(
    where?: Where,
    predicate?: (message: Seen) => boolean,
    timeoutMs?: number,
  ): Promise<Seen>;
  /** The next form on their screen. */
  waitForModal(timeoutMs?: number): Promise<ShownModal>;
  openThread(parent: Where, name: string, options?: { secret?: boolean }): Channel;
  join(thread: Where): void;
  leave(thread: Where): void;
}

export interface People {
  of(user: User): Person;
  readonly watch: Watch;
}

export function createPeople(world: World, links: Links): People {
  const watch = createWatch(world, links);
  const channelOf = (user: User, where: Where): Channel => {
    if (where === "dm") return dmWith(world, user);
    const id = typeof where === "string" ? where : where.id;
    const channel = world.channels.get(id);
    if (channel === undefined || !maySee(channel, user.id)) {
      throw new Error(`${user.username} sees no channel ${id}`);
    }
    return channel;
  };
  const of = (user: User): Person => {
    const say = (where: Where, body: Json, options: SayOptions = {}): Message => {
      const channel = channelOf(user, where);
      const replyTo = idOf(options.replyTo);
      const reference = replyTo === undefined ? {} : { message_reference: { message_id: replyTo } };
      return sendMessage(world, channel, user, {
        body: { ...body, ...reference },
        files: toFiles(options.files),
      });
    };
    const find = (id: string): Message => {
      const message = watch.find(id);
      if (message === undefined || !watch.sees(user, message)) {
        throw new Error(`${user.username} sees no message ${id}`);
      }
      return message;
    };
    const own = (id: string): Message => {
      const message = find(id);
      if (message.author !== user) throw new Error(`message ${id} is not ${user.username}'s`);
      return message;
    };
    const begin = (type: number, data: Json, channel: Channel, message?: Message): Use =>
      useOf(world, links, watch, addInteraction(world, { type, data, user, channel, message }));

    return {
      id: user.id,
      user,
      get dmId() {
        return dmWith(world, user).id;
      },
      text: (where, text, options) => seen(say(where, { content: text }, options), links),
      dm: (text, options) => seen(say("dm", { content: text }, options), links),
      edit(id, text) {
        return seen(editMessage(world, own(id), { content: text }), links);
      },
      delete(id) {
        const message = find(id);
        if (message.author !== user && message.onlyFor !== user) {
          demand(message.channel, user, "MANAGE_MESSAGES");
        }
        deleteMessage(world, message);
      },
      sticker(where, name = "wave") {
        const stickers = [{ id: world.nextId(), name, format_type: 1 }];
        const channel = channelOf(user, where);
        return seen(sendMessage(world, channel, user, { body: {}, stickers }), links);
      },
      voiceMessage(where, bytes = Buffer.from("OggS")) {
        const files = [{ name: "voice-message.ogg", bytes, index: 0 }];
        const attachments = [{ id: "0", duration_secs: 3.2, waveform: "AAAA" }];
        const body = { flags: messageFlag.voice, attachments };
        return seen(sendMessage(world, channelOf(user, where), user, { body, files }), links);
      },
      command(name, options = {}, where = "dm") {
        const channel = channelOf(user, where);
        demand(channel, user, "USE_APPLICATION_COMMANDS");
        const data = commandData(world, links, channel, user, name, options);
        return begin(interactionType.command, data, channel);
      },
      press(place, name) {
        const message = find(idOf(place) ?? "");
        const button = [...everyComponent(message.components)].find(
          (one) =>
            one["type"] === componentType.button &&
            (one["custom_id"] === name || one["label"] === name),
        );
        if (button === undefined) throw new Error(`there is no button ${name}`);
        if (button["disabled"] === true) throw new Error(`the button ${name} is disabled`);
        if (typeof button["custom_id"] !== "string") throw new Error(`${name} is a link`);
        const data = {
          custom_id: button["custom_id"],
          component_type: componentType.button,
          id: button["id"],
        };
        return begin(interactionType.component, data, message.channel, message);
      },
      select(place, customId, values) {
        const message = find(idOf(place) ?? "");
        const select = [...everyComponent(message.components)].find(
          (one) => one["type"] === componentType.select && one["custom_id"] === customId,
        );
        if (select === undefined) throw new Error(`there is no select ${customId}`);
        if (select["disabled"] === true) throw new Error(`the select ${customId} is disabled`);
        demandOptions(select, values);
        const data = {
          custom_id: customId,
          component_type: componentType.select,
          id: select["id"],
          values,
        };
        return begin(interactionType.component, data, message.channel, message);
      },
      submitModal(modal, values) {
        const opener = world.interactions.get(modal.interactionId);
        if (opener === undefined || opener.user !== user) throw new Error("no such modal");
        const data = submitted(world, links, opener.channel, opener, values);
        return begin(interactionType.modal, data, opener.channel, opener.message);
      },
      messages(where) {
        return watch.messages(user, channelOf(user, where)).map((one) => seen(one, links));
      },
      message(id) {
        const message = watch.find(id);
        return message !== undefined && watch.sees(user, message)
          ? seen(message, links)
          : undefined;
      },
      waitForMessage(where, predicate = () => true, timeoutMs = 5_000) {
        const channel = where === undefined ? undefined : channelOf(user, where);
        return watch.next(user, channel, predicate, timeoutMs);
      },
      waitForModal: (timeoutMs = 5_000) => watch.nextModal(user, timeoutMs),
      openThread(where, name, { secret = true } = {}) {
        const parent = channelOf(user, where);
        demand(parent, user, secret ? "CREATE_PRIVATE_THREADS" : "CREATE_PUBLIC_THREADS");
        const type = secret ? channelType.privateThread : channelType.publicThread;
        return addThread(world, parent, user, { name, type });
      },
      join: (where) => joinThread(world, channelOf(user, where), [user]),
      leave: (where) => leaveThread(world, channelOf(user, where), user),
    };
  };
  return { of, watch };
}

function idOf(value: string | { readonly id: string } | undefined): string | undefined {
  return typeof value === "object" ? value.id : value;
}

function demandOptions(select: Json, values: readonly string[]): void {
  const options = new Set((select["options"] as Json[]).map(({ value }) => value));
  const strange = values.find((value) => !options.has(value));
  if (strange !== undefined) throw new Error(`there is no option ${strange}`);
  const [least, most] = [Number(select["min_values"] ?? 1), Number(select["max_values"] ?? 1)];
  if (values.length < least || values.length > most) {
    throw new Error(`${least} to ${most} options can be chosen, not ${values.length}`);
  }
}
