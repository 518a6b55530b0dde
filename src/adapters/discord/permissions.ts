import { PermissionFlagsBits, type APIOverwrite, type APIRole } from "@discordjs/core";

/** Permissions, "Permission Overwrites": those of everyone, then of the roles together, then of the member. */
export function permissionsIn(
  overwrites: readonly Pick<APIOverwrite, "id" | "allow" | "deny">[],
  guildId: string,
  member: { id: string; roles: readonly string[] },
  roles: readonly Pick<APIRole, "id" | "permissions">[],
): bigint {
  const own = member.roles;
  const mine = roles.filter(({ id }) => id === guildId || own.includes(id));
  const base = mine.reduce((sum, { permissions }) => sum | BigInt(permissions), 0n);
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return ~0n;
  return [[guildId], own, [member.id]].reduce((granted, ids) => {
    const matching = overwrites.filter(({ id }) => ids.includes(id));
    const allow = matching.reduce((sum, one) => sum | BigInt(one.allow), 0n);
    const deny = matching.reduce((sum, one) => sum | BigInt(one.deny), 0n);
    return (granted & ~deny) | allow;
  }, base);
}
