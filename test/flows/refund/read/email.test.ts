import { describe, expect, it, test } from "vitest";
import { readEmail } from "../../../../flows/refund/read/email.ts";

describe("an e-mail address", () => {
  test.each([
    ["a@b.com", "a@b.com"],
    ["Mon mail: Jean.Dupont+x@Gmail.COM.", "Jean.Dupont+x@gmail.com"],
    ["<lisa@exempel.se>", "lisa@exempel.se"],
    ["mailto:a@b.com", "a@b.com"],
    ["a @ b.com", "a@b.com"],
    ["a＠b.com", "a@b.com"],
    ["a\u200b@b.com", "a@b.com"],
    ["a@b.com ou a@B.com", "a@b.com"],
    ["åsa@räksmörgås.se", "åsa@räksmörgås.se"],
  ])("in %j is %s", (text, value) => expect(readEmail(text)).toEqual({ value }));

  test.each([
    ["", "empty"],
    ["a@b", "noEmail"],
    ["@x", "noEmail"],
    ["a..b@c.com", "noEmail"],
    [".a@-c.com", "noEmail"],
    ["x".repeat(65) + "@a.com", "noEmail"],
    ["🙂", "noEmail"],
    ["a@b.com c@d.com", "severalEmails"],
  ])("in %j is refused: %s", (text, fault) => expect(readEmail(text)).toEqual({ fault }));

  it("is not looked for in an essay", () =>
    expect(readEmail("a@".repeat(50_000))).toEqual({ fault: "tooLong", values: { max: 2000 } }));
});
