import { expect, it } from "vitest";
import { createStreams } from "../../../src/adapters/web/streams.ts";

it("lets every open page look where it is not known what has changed", async () => {
  const streams = createStreams();
  const pages = ["one", "two"].map((id) => streams.open(id));
  streams.wakeAll();
  expect(await Promise.all(pages.map((page) => page?.next(10_000)))).toEqual(["woken", "woken"]);
  streams.close();
});
