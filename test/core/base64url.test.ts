import { expect, it } from "vitest";
import { base64url } from "../../src/core/base64url.ts";

it("writes any bytes as Node does", () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let length = 0; length <= 256; length++) {
    for (const bytes of [all.subarray(0, length), all.toReversed().subarray(0, length)]) {
      expect(base64url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
    }
  }
});
