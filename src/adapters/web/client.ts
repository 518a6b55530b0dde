import { isIP } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/**
 * Whose address a request comes from, as far as it counts for limits. Behind
 * a reverse proxy on this machine or network that is what the proxy added
 * last to `X-Forwarded-For`; from anywhere else the header is not believed.
 * Of an IPv6 address the /64, which one household has.
 */
export function clientAddress(c: Context): string {
  const peer = getConnInfo(c).remote.address?.replace(/^::ffff:/, "") ?? "";
  const forwarded = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
  const address = isPrivate(peer) && isIP(forwarded) ? forwarded : peer;
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const before = head.split(":");
  const after = tail?.split(":") ?? [];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}

const isPrivate = (address: string): boolean =>
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/i.test(address);

/**
 * Whether a request that changes something comes from the chat's own page.
 * Every browser says so in `Sec-Fetch-Site` or, older ones, in `Origin`; a
 * proxy may have changed `Host`, so the public address counts as well.
 */
export function isSameOrigin(c: Context, publicUrl: string): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site) return site === "same-origin" || site === "none";
  const origin = c.req.header("origin");
  if (!origin || !URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host === c.req.header("host") || host === new URL(publicUrl).host;
}
