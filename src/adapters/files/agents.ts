import { readFileSync, statSync } from "node:fs";
import { z } from "zod";
import type { Agent } from "../../core/agent.ts";
import { isAtLeast, roles } from "../../core/agent.ts";
import { BadConfig } from "../../core/errors.ts";
import type { AgentDirectory, WebIdentity } from "../../ports/agents.ts";
import type { Log } from "../../ports/log.ts";

const telegramId = /^\d{1,16}$/u;
const telegramFault = "must be a Telegram user id, such as 123456789";
const discordFault =
  'must be a Discord user id in quotes (its digits are too many for a number), such as "80351110224678912"';

const webFault =
  'must be an e-mail address or an issuer with a subject, such as {"issuer": "https://id.shop.example", "subject": "248289761001"}';

const agentEntry = z.strictObject(
  {
    id: z
      .string("must be a word, such as ida")
      .regex(
        /^[a-z0-9][a-z0-9._-]{0,39}$/u,
        "must be 1 to 40 of a-z, 0-9, dot, hyphen and underscore, such as ida",
      ),
    name: z
      .string("must be a name as customers read it, such as Ida")
      .regex(/^[^\p{C}]{1,60}$/u, "must be a name of at most 60 characters, such as Ida"),
    role: z.enum(roles, `must be one of ${roles.join(", ")}, such as agent`),
    web: z
      .array(
        z.union(
          [
            z.email(webFault),
            z.strictObject(
              {
                issuer: z.url(webFault),
                subject: z.string(webFault).min(1, webFault).max(255, webFault),
              },
              webFault,
            ),
          ],
          webFault,
        ),
        'must be a list, such as ["ida@shop.example"]',
      )
      .optional(),
    telegram: z
      .union([z.int().positive().transform(String), z.string().regex(telegramId)], telegramFault)
      .optional(),
    discord: z
      .string(discordFault)
      .regex(/^\d{15,20}$/u, discordFault)
      .optional(),
  },
  {
    error: ({ code, keys }) =>
      code === "unrecognized_keys"
        ? `must have no ${String(keys)}: an agent has id, name, role, web, telegram and discord, such as {"id": "ida", "name": "Ida", "role": "agent"}`
        : 'must be an agent, such as {"id": "ida", "name": "Ida", "role": "agent"}',
  },
);

type Entry = z.infer<typeof agentEntry>;

const agentList = z
  .array(agentEntry, 'must be a list, such as [{"id": "ida", "name": "Ida", "role": "admin"}]')
  .superRefine((entries, context) => {
    const taken = new Map<string, string>();
    for (const [index, entry] of entries.entries())
      for (const [key, path] of identitiesOf(entry)) {
        const other = taken.get(key);
        if (other === undefined) taken.set(key, entry.id);
        else
          context.addIssue({
            code: "custom",
            path: [index, ...path],
            message:
              path[0] === "id"
                ? "must be nobody else's, such as ida2"
                : `must be nobody else's (${other} has it): write all that is of one person in one place, such as under ${other}`,
          });
      }
    if (!entries.some(({ role }) => role === "admin"))
      context.addIssue('must have somebody with "role": "admin", such as you');
  });

/** What nobody else may have, each with where it stands. */
function identitiesOf({ id, web = [], telegram, discord }: Entry): [string, (string | number)[]][] {
  return [
    [`id:${id}`, ["id"]],
    ...web.map((one, index): [string, (string | number)[]] => [webKey(one), ["web", index]]),
    ...(telegram === undefined
      ? []
      : [[`telegram:${telegram}`, ["telegram"]] satisfies [string, string[]]]),
    ...(discord === undefined
      ? []
      : [[`discord:${discord}`, ["discord"]] satisfies [string, string[]]]),
  ];
}

const webKey = (one: string | { issuer: string; subject: string }): string =>
  typeof one === "string"
    ? `email:${one.toLowerCase()}`
    : `web:${JSON.stringify([trimmed(one.issuer), one.subject])}`;

/** Some providers write their own name with a slash at its end and some without. */
const trimmed = (issuer: string) => issuer.replace(/\/$/u, "");

/**
 * The shop's list of agents, a JSON file that is read again when it has
 * changed. A change that can't be read leaves the list as it was and is told
 * to the log, once.
 *
 * @throws BadConfig with all faults at once where it can't be read at the start.
 */
export function openFileAgents(path: string, log: Log): AgentDirectory {
  let stamp = stampOf(path);
  let known = read(path);

  function refresh(): Known {
    const found = stampOf(path);
    if (found === stamp) return known;
    stamp = found;
    try {
      known = read(path);
      log.info({ agents: known.agents.length }, "the list of agents has changed");
    } catch (error) {
      if (!(error instanceof BadConfig)) throw error;
      log.error(
        { code: error.code, faults: error.faults.join("; ") },
        "the new list of agents is broken, the one before stays",
      );
    }
    return known;
  }

  return {
    byId: async (id) => refresh().byKey.get(`id:${id}`),
    byWeb: async (identity) => byWeb(refresh().byKey, identity),
    byTelegram: async (userId) => refresh().byKey.get(`telegram:${userId}`),
    byDiscord: async (userId) => refresh().byKey.get(`discord:${userId}`),
    idsOf: async (least) =>
      refresh()
        .agents.filter((agent) => isAtLeast(agent, least))
        .map(({ id }) => id),
    firstAdmin: async () => refresh().firstAdmin,
  };
}

/** Without a list there is one admin, who comes in by the link of the start. */
export function createSoleOwner(name: string): AgentDirectory {
  const owner: Agent = { id: "owner", name, role: "admin" };
  const nobody = async () => undefined;
  return {
    byId: async (id) => (id === owner.id ? owner : undefined),
    byWeb: nobody,
    byTelegram: nobody,
    byDiscord: nobody,
    idsOf: async () => [owner.id],
    firstAdmin: async () => owner,
  };
}

interface Known {
  agents: readonly Agent[];
  byKey: ReadonlyMap<string, Agent>;
  firstAdmin: Agent;
}

function byWeb(
  byKey: ReadonlyMap<string, Agent>,
  { issuer, subject, email }: WebIdentity,
): Agent | undefined {
  return (
    byKey.get(webKey({ issuer, subject })) ??
    (email === undefined ? undefined : byKey.get(webKey(email)))
  );
}

/** What changes when the file does; "missing" when it can't be looked at. */
function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "missing";
  }
}

/** @throws BadConfig */
function read(path: string): Known {
  const list = agentList.safeParse(parse(path));
  if (!list.success)
    throw new BadConfig(
      list.error.issues.map(({ path: [index, ...field], message }) =>
        `AGENTS_FILE: ${[...(typeof index === "number" ? [`agent ${index + 1}`] : []), ...field].join(" ")} ${message}`.replace(
          "  ",
          " ",
        ),
      ),
    );
  const byKey = new Map<string, Agent>();
  const agents = list.data.map((entry): Agent => {
    const { id, name, role } = entry;
    const agent = { id, name, role };
    for (const [key] of identitiesOf(entry)) byKey.set(key, agent);
    return agent;
  });
  const firstAdmin = agents.find(({ role }) => role === "admin");
  if (!firstAdmin) throw new TypeError("the list was checked for an admin");
  return { agents, byKey, firstAdmin };
}

/** @throws BadConfig */
function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/u, ""));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "must be JSON" : "must be a file that can be read";
    throw new BadConfig([`AGENTS_FILE: ${why}, such as docs/agents.example.json`]);
  }
}
