import { expect, it } from "vitest";
import type { RefundContext } from "../../../flows/refund/context.ts";
import { open } from "../../../src/core/upgrade.ts";
import { openChat, refund, sunday } from "../../support/shop.ts";

it("version 2 knows whose turn it is in a case that was stored without, and on which facts it stands", async () => {
  const chat = openChat();
  await chat.press("person");
  const stored = await chat.store.load(chat.conversationId);
  if (!stored) throw new Error("no conversation is stored");
  const { case: now, ...context } = stored.snapshot.context as RefundContext;
  if (!now) throw new Error("no case is open");
  const since = new Set(["factsRevision", "waitsFor", "waitingSince"]);
  const before = Object.fromEntries(Object.entries(now).filter(([name]) => !since.has(name)));
  const old = {
    ...stored,
    flowVersion: 1,
    snapshot: { ...stored.snapshot, context: { ...context, case: before } },
  };
  const { conversation } = open(refund, old, { now: sunday, dice: "0" });
  expect((conversation.snapshot.context as RefundContext).case).toEqual(now);
});
