import { randomBytes } from "node:crypto";
import type { Store } from "../../ports/store.ts";
import type { Client } from "./client.ts";
import { deskShard } from "./keys.ts";
import { inGroups } from "./lanes.ts";

const part = deskShard;

export function createMarks(
  client: Client,
): Pick<Store, "secret" | "claim" | "unclaim" | "readMark" | "readMarks" | "writeMarks"> {
  return {
    async secret(name) {
      const key = `${part}:secrets`;
      const drawn = randomBytes(32).toString("base64");
      await client.send("make a secret", part, ["HSETNX", key, name, drawn]);
      const kept = await client.send<string>("make a secret", part, ["HGET", key, name]);
      return new Uint8Array(Buffer.from(kept, "base64"));
    },
    async claim(role, owner, now, forMs) {
      const args = [role, owner, now, now + forMs];
      return (await client.run<number>("claim a role", "claim", { part, args })) === 1;
    },
    async unclaim(role, owner) {
      await client.run("give a role back", "claim", { part, args: [role, owner, "", ""] });
    },
    async readMark(name) {
      const command = ["HGET", `${part}:marks`, name];
      return (await client.send<string | null>("read a mark", part, command)) ?? undefined;
    },
    async readMarks(prefix) {
      const args = [prefix];
      const found = await client.run<string[]>("read marks", "read-marks", { part, args });
      return inGroups(found, 2).map(([name = "", value = ""]) => ({ name, value }));
    },
    async writeMarks(marks) {
      const args = marks.flatMap((mark) =>
        "value" in mark ? [mark.name, "keep", mark.value] : [mark.name, "forget", ""],
      );
      await client.run("write marks", "marks", { part, args });
    },
  };
}
