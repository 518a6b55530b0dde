import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ActType, leastRole } from "../../../../src/core/act.ts";
import { isAtLeast, roles, type Role } from "../../../../src/core/agent.ts";
import type { Person } from "../../../support/discord/people.ts";
import { addInteraction } from "../../../support/discord/interactions.ts";
import { openDiscordServer, type DiscordServer } from "../../../support/discord/server.ts";
import {
  type DeskAgent,
  type DiscordDeskShop,
  openDiscordDesk,
} from "../../../support/discord-desk.ts";

let server: DiscordServer;
let shop: DiscordDeskShop;
beforeAll(async () => {
  server = await openDiscordServer();
  shop = await openDiscordDesk(server);
});
afterAll(async () => {
  await shop.close();
  expect(server.faults).toEqual([]);
  await server.close();
});

type Customer = Awaited<ReturnType<DiscordDeskShop["customer"]>>;

/** How each act begins in a post, by a command of that name or a button; complete, as the compiler sees to it. Undefined where there is no way yet. */
const ways: Record<ActType, { command: string; text?: string } | { press: string } | undefined> = {
  taken: { press: "desk:take" },
  released: { command: "release" },
  said: { command: "reply", text: "Hej" },
  reworded: undefined,
  withdrawn: undefined,
  noted: { command: "note", text: "Obs" },
  asked: { command: "ask" },
  corrected: undefined,
  decided: { command: "decide" },
  approved: { command: "approve" },
  declined: { command: "decline" },
  closed: { command: "close" },
  reopened: { command: "reopen" },
};
const acts = (Object.keys(ways) as ActType[]).filter((type) => ways[type]);
const audited = async (customer: Customer, what: string) =>
  (await shop.store.listAudit({ limit: 200 })).find(
    (row) => row.what === what && row.caseNumber === customer.number,
  );

function begin(type: ActType, who: Person, { post }: Customer): void {
  const way = ways[type];
  if (!way) throw new TypeError(`no way to ${type}`);
  if ("press" in way) who.press(post.id, way.press);
  else who.command(way.command, way.text === undefined ? {} : { text: way.text }, post);
}

/** The same from a screen that was drawn before they lost the forum: Discord says so with the interaction. */
function beginBlind(type: ActType, { user }: Person, { post }: Customer): void {
  const way = ways[type];
  const channel = server.channel(post.id);
  if (!way || !channel) throw new TypeError(`no way to ${type}`);
  const message = server.message(post.id);
  if ("press" in way)
    addInteraction(server.world, {
      type: 3,
      data: { custom_id: way.press, component_type: 2 },
      user,
      channel,
      message,
    });
  else
    addInteraction(server.world, {
      type: 2,
      data: {
        id: "1",
        name: way.command,
        type: 1,
        ...(way.text !== undefined && { options: [{ name: "text", type: 3, value: way.text }] }),
      },
      user,
      channel,
    });
}

describe.each(acts)("the act %s", (type) => {
  const refused = (customer: Customer, reason: string, by?: object) =>
    vi.waitFor(
      async () =>
        expect(await audited(customer, type)).toMatchObject({
          surface: "discord",
          outcome: "refused",
          reason,
          ...(by && { by }),
        }),
      5000,
    );

  test.each(roles)("is a %s’s as its rule says", async (role) => {
    const customer = await shop.customer();
    const { agent, ...person } = somebody(role);
    await customer.act(agent, { type: "taken" });
    begin(type, person, customer);
    if (!isAtLeast(agent, leastRole[type])) return refused(customer, "notAllowed", agent);
    // Whatever else may be in the way, it is not the role.
    await vi.waitFor(() => {
      const use = [...server.world.interactions.values()].findLast(
        ({ user }) => user.id === person.id,
      );
      expect(use?.acknowledged).toBeDefined();
    }, 5000);
    expect((await audited(customer, type))?.reason).not.toBe("notAllowed");
  });

  test("is refused to a member who is not on the list", async () => {
    const customer = await shop.customer();
    begin(type, server.user({ username: unique(), roles: [server.agents] }), customer);
    await refused(customer, "stranger");
  });

  test("is refused to whoever has left the list", async () => {
    const customer = await shop.customer();
    const former = somebody("admin");
    shop.agents.delete(former.id);
    begin(type, former, customer);
    await refused(customer, "stranger");
  });

  test("is refused to whoever has left the guild, or the role", async () => {
    const customer = await shop.customer();
    const left = somebody("admin");
    server.guild.leave(left);
    beginBlind(type, left, customer);
    await refused(customer, "notMember", left.agent);
    const other = await shop.customer();
    const demoted = somebody("admin");
    server.guild.setRoles(demoted, []);
    beginBlind(type, demoted, other);
    await refused(other, "notMember", demoted.agent);
  });
});

const unique = () => `p${crypto.randomUUID().slice(0, 8)}`;
const somebody = (role: Role): DeskAgent => shop.agent(unique(), role);
