import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type ActType, leastRole } from "../../../../src/core/act.ts";
import { type Agent, isAtLeast, roles } from "../../../../src/core/agent.ts";
import type { DeskRefusal } from "../../../../src/ports/desk.ts";
import { eventually, openDesk, type TestDesk } from "./desk.ts";

/** Everybody who may do something in a topic, or try to. */
const people = {
  agent: 101,
  lead: 102,
  admin: 103,
  /** On the list and not in the group any more. */
  leaver: 104,
  /** On the list, and was never in the group. */
  outsider: 105,
  /** In the group, and on no list. */
  stranger: 106,
  /** Was on the list. */
  former: 107,
} as const;
type Name = keyof typeof people;
const whyNot: Partial<Record<Name, DeskRefusal>> = {
  leaver: "notMember",
  outsider: "notMember",
  stranger: "stranger",
  former: "stranger",
};

/** How each act is tried in the topic: complete, as the compiler sees to it. `undefined` is for the console only. */
const ways: Record<ActType, { press: string } | { text: string } | undefined> = {
  taken: { press: "take:" },
  released: { press: "release:" },
  said: { text: "/reply Hello" },
  // By a change of what was said, which nobody else can change; taking back is for the console.
  reworded: undefined,
  withdrawn: undefined,
  noted: { text: "/note Hello" },
  asked: { press: "want:screenshot" },
  corrected: undefined,
  decided: { press: "outcome:noRefund-1" },
  approved: { press: "approve:1" },
  declined: { press: "decline:" },
  closed: { press: "closeNow:" },
  reopened: { press: "reopen:" },
};

let desk: TestDesk;
let topic: number;
let isOpen = false;
let tried: { type: ActType; reason: string | undefined }[] = [];

beforeEach(async () => {
  if (isOpen) return;
  isOpen = true;
  desk = await openDesk({
    group: {
      members: Object.entries(people)
        .filter(([name]) => name !== "outsider")
        .map(([name, id]) => ({ id, firstName: name })),
    },
    // What an act comes to is noted on the way, apart from where the case stands.
    hand: (hand) => ({
      ...hand,
      async act(deed) {
        const refused = await hand.act(deed);
        tried.push({ type: deed.content.type, reason: refused?.reason });
        return refused;
      },
      async foresee(deed) {
        const found = await hand.foresee(deed);
        tried.push({
          type: deed.content.type,
          reason: "reason" in found ? found.reason : undefined,
        });
        return found;
      },
    }),
  });
  for (const role of roles)
    desk.agents.set(String(people[role]), { id: role, name: role, role } satisfies Agent);
  for (const name of ["leaver", "outsider"] as const)
    desk.agents.set(String(people[name]), { id: name, name, role: "admin" });
  ({ topic } = await desk.customerWithCase());
  desk.group.leave(people.leaver);
});
afterAll(async () => {
  const { faults } = desk.server;
  await desk.close();
  expect(faults).toEqual([]);
});

/** Somebody does it, whether Telegram would let them see the topic or not. */
async function attempt(way: NonNullable<(typeof ways)[ActType]>, id: number, name: string) {
  tried = [];
  const state = desk.server.world.find(desk.group.id);
  const before = state.members.get(id);
  const user = { id, is_bot: false, first_name: name };
  state.members.set(id, { status: "member", user });
  const voice = desk.group.as(id, topic);
  const said =
    "text" in way
      ? voice.text(way.text)
      : voice.pressOld(desk.cardIn(topic)?.id ?? 0, `desk:${topic}:${way.press}`);
  if (before) state.members.set(id, before);
  else state.members.delete(id);
  if ("answered" in said) return (await said.answered).text;
  await desk.allTaken();
  const message = await desk
    .sees(topic, ({ replyTo }) => replyTo === said.message_id)
    .catch(() => undefined);
  return message?.text;
}

describe.each(Object.keys(ways) as ActType[])("%s", (type) => {
  const way = ways[type];

  it.each(Object.entries(whyNot))("is refused to a %s, said so and recorded", async (name, why) => {
    if (!way) return;
    const words = await attempt(way, people[name as Name], name);
    expect(words).toBe(desk.label(`desk:refused.${why}`));
    expect(tried).toEqual([{ type, reason: why }]);
    const [row] = await desk.store.listAudit({ limit: 1 });
    expect(row).toMatchObject({ surface: "telegram", what: type, outcome: "refused", reason: why });
  });

  it.each(roles)("is open to the role %s as its rule says", async (role) => {
    if (!way) return;
    await attempt(way, people[role], role);
    const may = isAtLeast({ id: role, name: role, role }, leastRole[type]);
    await eventually(() => tried.map((one) => one.type)).toContain(type);
    const isRefusedByRole = tried.some(({ reason }) => reason === "notAllowed");
    expect(isRefusedByRole).toBe(!may);
  });

  it("is refused to who writes as the group or a channel", async () => {
    if (!way || !("text" in way)) return;
    tried = [];
    desk.group.asAnonymous(topic).text(way.text);
    desk.group.asChannel({ id: -1_009, title: "News" }, topic).text(way.text);
    await eventually(() => tried).toEqual([
      { type, reason: "anonymous" },
      { type, reason: "anonymous" },
    ]);
  });
});
