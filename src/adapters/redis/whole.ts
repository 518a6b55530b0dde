import { channelNames, type ChannelName } from "../../core/conversation.ts";
import { type DeskName, deskNames } from "../../core/desk.ts";
import type { Delivery } from "../../ports/store.ts";
import type { WholeConversation } from "../../ports/transfer.ts";
import { byBytes, inGroups, orderOf, storedDelivery } from "./lanes.ts";
import { evidenceIn, restOf, standingOf } from "./stored.ts";

/** A whole conversation as `bring.lua` takes it. */
export function bringArgs(whole: WholeConversation): (string | number | Buffer)[] {
  const { id, conversation, log, cases, timers, unsent, deliveries, held, followings } = whole;
  const bodies = log.map(({ body }) => body);
  const snapshot = JSON.stringify(conversation?.snapshot ?? null);
  const heads = unsent.filter(({ readyAt }) => readyAt !== undefined);
  const lastReceipt = deliveries.findLast(({ receipt }) => receipt !== undefined)?.receipt;
  return [
    id,
    ...(conversation
      ? [
          conversation.revision,
          log.length,
          standingOf(conversation),
          restOf(conversation, snapshot),
        ]
      : ["", "", "", ""]),
    ...list(log, ({ at, body }) => [`${at} ${body}`]),
    ...list(cases, ({ number, body }) => [number, body]),
    ...list(evidenceIn([snapshot, ...bodies]), (named) => [named]),
    ...list(timers, (timer) => [
      timer.id,
      timer.dueAt,
      JSON.stringify([conversation?.channel, timer.event]),
    ]),
    ...list(unsent, (one) => [
      one.channel,
      `${one.seq} ${log[one.seq - 1]?.at} ${one.messageId}`,
      one.messageId,
      one.attempts > 0 || one.uncertain
        ? `${one.attempts} ${one.uncertain ? 1 : 0} 0 ${one.channel} ${id}`
        : "",
    ]),
    ...list(heads, ({ channel, readyAt = 0 }) => [channel, readyAt]),
    ...list(
      [
        ...deliveries.map((one) => [`${one.seq}`, storedDelivery(one)]),
        ...(lastReceipt === undefined ? [] : [["receipt", lastReceipt]]),
      ],
      (field) => field,
    ),
    ...list(
      deliveries.filter(({ state }) => state !== "sent"),
      ({ at, messageId, seq }) => [`${orderOf(at)} ${messageId}\0${id}\0${seq}`],
    ),
    ...list(held, (one) => [one.key, `${one.readyAt} ${one.at} ${one.attempts} ${one.body}`]),
    ...list(followings, ({ desk, lease, leased, changedAt, place, readyAt }) => [
      desk,
      `${lease} ${leased ? 1 : 0} ${changedAt ?? "-"} ${place === undefined ? "-" : `+${place}`}`,
      readyAt ?? "",
    ]),
  ];
}

function list<T>(
  all: readonly T[],
  write: (one: T) => readonly (string | number)[],
): (string | number)[] {
  return [all.length, ...all.flatMap((one) => write(one))];
}

export const wholeArgs = ({ id, timers }: WholeConversation): (string | number)[] => [
  id,
  ...list(channelNames.toSorted(), (channel) => [channel]),
  ...list(deskNames.toSorted(), (desk) => [desk]),
  ...list(timers, (timer) => [timer.id]),
];

/** What `whole.lua` gives. */
export function wholeIn(
  id: string,
  [log, cases, timers, unsent, deliveries, held, followings]: readonly (readonly string[])[],
): Omit<WholeConversation, "conversation"> {
  const entries = (log ?? []).map((entry) => {
    const space = entry.indexOf(" ");
    return { at: Number(entry.slice(0, space)), body: entry.slice(space + 1) };
  });
  return {
    id,
    log: entries,
    cases: inGroups(cases ?? [], 2)
      .map(([number = "", body = ""]) => ({ number, body }))
      .toSorted((a, b) => byBytes(a.number, b.number)),
    timers: inGroups(timers ?? [], 3).map(([timer = "", dueAt, what = ""]) => ({
      id: timer,
      dueAt: Number(dueAt),
      event: (JSON.parse(what) as [string, string])[1],
    })),
    unsent: inGroups(unsent ?? [], 4).map(unsentIn),
    deliveries: inGroups(deliveries ?? [], 2)
      .filter(([seq]) => seq !== "receipt")
      .map(([seq, text = ""]) => deliveryIn(Number(seq), text, entries))
      .toSorted((a, b) => a.seq - b.seq),
    held: inGroups(held ?? [], 2).map(([key = "", stored = ""]) => heldIn(key, stored)),
    followings: inGroups(followings ?? [], 3).map(followingIn),
  };
}

function unsentIn([channel, entry = "", tries = "", readyAt = ""]: readonly string[]) {
  const [, seq, , messageId = ""] = /^(\d+) (\d+) (.*)$/su.exec(entry) ?? [];
  const [attempts = 0, uncertain] = tries === "" ? [] : tries.split(" ");
  return {
    channel: channel as ChannelName,
    seq: Number(seq),
    messageId,
    attempts: Number(attempts),
    uncertain: uncertain === "1",
    ...(readyAt !== "" && { readyAt: Number(readyAt) }),
  };
}

function deliveryIn(seq: number, text: string, log: WholeConversation["log"]) {
  const [state, at, receipt, reason] = JSON.parse(text) as [
    Delivery["state"],
    number,
    string?,
    string?,
  ];
  const { id: messageId } = JSON.parse(log[seq - 1]?.body ?? "{}") as { id: string };
  return { messageId, seq, state, ...(receipt && { receipt }), ...(reason && { reason }), at };
}

function heldIn(key: string, stored: string) {
  const [, readyAt, at, attempts, body = ""] = /^(\d+) (\d+) (\d+) (.*)$/su.exec(stored) ?? [];
  return {
    key,
    at: Number(at),
    readyAt: Number(readyAt),
    attempts: Number(attempts),
    body,
  };
}

function followingIn([desk, stored = "", readyAt = ""]: readonly string[]) {
  const [, lease, leased, changed, place = "-"] = /^(\d+) (\d) (\S+) (.*)$/su.exec(stored) ?? [];
  return {
    desk: desk as DeskName,
    lease: Number(lease),
    leased: leased === "1",
    ...(readyAt !== "" && { readyAt: Number(readyAt) }),
    ...(changed !== "-" && { changedAt: Number(changed) }),
    ...(place !== "-" && { place: place.slice(1) }),
  };
}
