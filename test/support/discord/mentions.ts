import type { Channel, Json, User } from "./model.ts";
import type { World } from "./world.ts";

/** Who is pinged (Message, "Allowed Mentions Object"); without the object, everybody who is named. */
export function mentionsIn(
  world: World,
  channel: Channel,
  content: string,
  allowed: unknown,
  repliedTo: User | undefined,
): { mentions: User[]; mentionRoles: string[]; mentionsEveryone: boolean } {
  const rule = allowed === undefined || allowed === null ? undefined : (allowed as Json);
  const parse = rule === undefined ? undefined : ((rule["parse"] ?? []) as string[]);
  const users = (rule?.["users"] ?? []) as string[];
  const roles = (rule?.["roles"] ?? []) as string[];
  const mentions = new Set<User>();
  const mentionRoles = new Set<string>();
  for (const [, kind, id = ""] of content.matchAll(/<@([!&]?)(\d+)>/gu)) {
    if (kind === "&") {
      if (!channel.guild?.roles.has(id)) continue;
      if (parse === undefined || parse.includes("roles") || roles.includes(id)) {
        mentionRoles.add(id);
      }
      continue;
    }
    const user = world.users.get(id);
    if (user === undefined) continue;
    if (parse === undefined || parse.includes("users") || users.includes(id)) mentions.add(user);
  }
  const pingsReplied = rule === undefined || rule["replied_user"] === true;
  if (repliedTo !== undefined && pingsReplied) mentions.add(repliedTo);
  const names = channel.guild !== undefined && /@(?:everyone|here)\b/u.test(content);
  return {
    mentions: [...mentions],
    mentionRoles: [...mentionRoles],
    mentionsEveryone: names && (parse === undefined || parse.includes("everyone")),
  };
}
