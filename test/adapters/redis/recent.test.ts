import { expect, it } from "vitest";
import { createRecent } from "../../../src/adapters/redis/recent.ts";
import { commit } from "../../contract/store.ts";

const { conversation } = commit();

it("keeps what was seen last, of each conversation and of so many", () => {
  const recent = createRecent();
  recent.keep(conversation);
  const next = { ...conversation, revision: 2 };
  recent.keep(next);
  expect(recent.get("anna")).toBe(next);
  for (let index = 0; index < 1000; index++) recent.keep({ ...conversation, id: `c-${index}` });
  expect(recent.get("anna")).toBeUndefined();
  expect(recent.get("c-0")).toBeDefined();
});

it("forgets one, or all", () => {
  const recent = createRecent();
  for (const id of ["anna", "bo", "cleo"]) recent.keep({ ...conversation, id });
  recent.forget("anna");
  expect(["anna", "bo"].map((id) => recent.get(id)?.id)).toEqual([undefined, "bo"]);
  recent.forget();
  expect(recent.get("bo")).toBeUndefined();
});
