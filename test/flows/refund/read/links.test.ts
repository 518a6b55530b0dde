import { describe, expect, it, test } from "vitest";
import { readLinks } from "../../../../flows/refund/read/links.ts";

describe("links", () => {
  test.each([
    ["instagram.com/x", ["instagram.com/x"]],
    ["tiktok.com", ["tiktok.com"]],
    ["www.lisa.example", ["www.lisa.example"]],
    [
      "voici https://www.instagram.com/p/Abc/?x=1, merci.",
      ["https://www.instagram.com/p/Abc/?x=1"],
    ],
    ["youtube.com/watch?v=dQw4", ["youtube.com/watch?v=dQw4"]],
    ["(https://a.se/b)", ["https://a.se/b"]],
    ["<https://a.se/b>", ["https://a.se/b"]],
    ["instagram: @lisa.", ["@lisa"]],
    ["@name et @name2\n@name", ["@name", "@name2"]],
    ["Https://X.com/a https://x.com/a/ x.com/A", ["Https://X.com/a", "x.com/A"]],
    ["https://a.se/\u202Egpj.exe", ["https://a.se/gpj.exe"]],
    ["https://räksmörgås.se/å", ["https://räksmörgås.se/å"]],
  ])("in %j are %j", (text, value) => expect(readLinks(text)).toEqual({ value }));

  test.each([
    "javascript:alert(1)",
    "JavaScript://a.se/%0aalert(1)",
    "data:text/html,hi",
    "ftp://a.se/b",
    "http://bank.se@evil.se/",
    "lisa@example.se",
    "bonjour.merci",
    "photo.jpg",
    "@",
    "3.5/5",
    "https://",
    "🙂",
  ])("are not in %j", (text) => expect(readLinks(text)).toEqual({ fault: "noLink" }));

  it("are ten at most, each of bounded length", () => {
    const many = Array.from({ length: 11 }, (_, i) => `@name${i}`);
    expect(readLinks(many.slice(1).join(" "))).toEqual({ value: many.slice(1) });
    expect(readLinks(many.join(" "))).toEqual({ fault: "tooMany", values: { max: 10 } });
    expect(readLinks(`https://a.se/${"x".repeat(500)}`)).toEqual({
      fault: "tooLong",
      values: { max: 500 },
    });
    expect(readLinks("@a ".repeat(50_000))).toEqual({ fault: "tooLong", values: { max: 10_000 } });
  });

  it("are asked for again after nothing", () =>
    expect(readLinks(" \u200b")).toEqual({ fault: "empty" }));
});
