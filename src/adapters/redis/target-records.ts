import type { DeskBelongings, HandledKey, StoreTarget } from "../../ports/transfer.ts";
import type { Client } from "./client.ts";
import { createAudit } from "./desk-records.ts";
import { deskShard, digestOf, shardOf, shards } from "./keys.ts";
import { byBytes, entriesIn, inGroups } from "./lanes.ts";

const what = "move data into Redis";
const fieldsAtOnce = 500;

/**
 * Where a handled key is looked for depends on the conversation that will
 * name it (`homeOf`): its own part where the key has its id in it, else the
 * key's part; as held, always the conversation's. Where none is known, a key
 * that was held is kept in every part, until it is forgotten in two days.
 */
function placesOf({ key, about }: HandledKey): string[] {
  const parts = [...about.map(shardOf), shardOf(key)];
  return key.startsWith("held:") && about.length === 0 ? [...shards] : [...new Set(parts)];
}

export function handledKeys(client: Client): Pick<StoreTarget, "bringHandled" | "countHandled"> {
  const placed = (keys: readonly HandledKey[]) =>
    Map.groupBy(
      keys.flatMap((one) => {
        const { digest, set } = digestOf(one.key);
        return placesOf(one).map((part) => ({ part, set: `${part}:h:${set}`, digest, one }));
      }),
      ({ set }) => set,
    );
  return {
    async bringHandled(keys) {
      await Promise.all(
        [...placed(keys)].map(([set, all]) =>
          client.send(what, set, [
            "ZADD",
            set,
            "NX",
            ...all.flatMap(({ digest, one }) => [`${one.at}`, digest]),
          ]),
        ),
      );
    },
    async countHandled(keys) {
      const unknown = new Set<HandledKey>();
      await Promise.all(
        [...placed(keys)].map(async ([set, all]) => {
          const digests = all.map(({ digest }) => digest);
          const found = await client.send<(string | null)[]>(what, set, [
            "ZMSCORE",
            set,
            ...digests,
          ]);
          for (const [index, { one }] of all.entries())
            if (Number(found[index] ?? NaN) !== one.at) unknown.add(one);
        }),
      );
      return keys.length - unknown.size;
    },
  };
}

export function deskBelongings(client: Client): Pick<StoreTarget, "bringDesk" | "readDesk"> {
  const part = deskShard;
  const entries = async (name: string) =>
    entriesIn(await client.send(what, part, ["HGETALL", `${part}:${name}`])).toSorted(([a], [b]) =>
      byBytes(a, b),
    );

  async function keep(name: string, fields: readonly (readonly [string, string])[]) {
    for (const some of inGroups(fields, fieldsAtOnce))
      await client.send(what, part, ["HSET", `${part}:${name}`, ...some.flat()]);
  }

  return {
    async bringDesk({ secrets, marks, sessions }) {
      await keep(
        "secrets",
        secrets.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("base64")]),
      );
      await keep(
        "sessions",
        sessions.map(({ hash, agentId, role, openedAt, seenAt }) => [
          hash,
          `${openedAt} ${seenAt} ${JSON.stringify([agentId, role])}`,
        ]),
      );
      for (const some of inGroups(marks, fieldsAtOnce)) {
        const args = some.flatMap(({ name, value }) => [name, "keep", value]);
        await client.run(what, "marks", { part, args });
      }
    },
    async readDesk(): Promise<DeskBelongings> {
      const secrets = await entries("secrets");
      return {
        secrets: secrets.map(([name, bytes]) => ({
          name,
          bytes: new Uint8Array(Buffer.from(bytes, "base64")),
        })),
        marks: (await entries("marks")).map(([name, value]) => ({ name, value })),
        sessions: (await entries("sessions")).map(([hash, stored]) => {
          const [, openedAt, seenAt, rest = ""] = /^(\d+) (\d+) (.*)$/u.exec(stored) ?? [];
          const [agentId, role] = JSON.parse(rest) as [string, "agent" | "lead" | "admin"];
          return { hash, agentId, role, openedAt: Number(openedAt), seenAt: Number(seenAt) };
        }),
      };
    },
  };
}

export function auditRows(
  client: Client,
): Pick<StoreTarget, "countAudit" | "bringAudit" | "checkAudit"> {
  const part = deskShard;
  return {
    checkAudit: () => createAudit(client).checkAudit(),
    countAudit: () => client.send<number>(what, part, ["LLEN", `${part}:audit`]),
    async bringAudit(rows) {
      const [first] = rows;
      if (!first) return;
      const stored = rows.map(({ seq, at, body, hash }) => `${hash} moved${seq} ${at} ${body}`);
      await client.run(what, "audit", { part, args: [first.seq - 1, ...stored] });
    },
  };
}
