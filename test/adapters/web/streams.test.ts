import { expect, it } from "vitest";
import { createStreams } from "../../../src/adapters/web/streams.ts";

it("lets every open page look where it is not known what has changed", async () => {
  const streams = createStreams();
  const [one, two] = [streams.open("one"), streams.open("two")];
  streams.wakeAll();
  expect([await one?.next(10_000), await two?.next(10_000)]).toEqual(["woken", "woken"]);
  streams.close();
});
