import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";

export const sessionSeconds = 12 * 60 * 60;

/** Who may read the console: whoever followed the one-time link, for twelve hours. */
export interface Sessions {
  /** A new one-time token; one drawn before and not used yet is void. */
  drawToken(): string;
  /** The session for a token, once; undefined for a wrong or used one. */
  redeem(token: string): Promise<string | undefined>;
  isOpen(session: string): Promise<boolean>;
}

export function createSessions(store: Pick<Store, "secret">, clock: Clock): Sessions {
  /** Of the token that is still good; the token itself is kept nowhere. */
  let awaited: Buffer | undefined;

  const sign = async (expiresAt: string) =>
    createHmac("sha256", await store.secret("console-session"))
      .update(`session ${expiresAt}`)
      .digest();

  return {
    drawToken() {
      const token = Buffer.from(clock.random(32)).toString("base64url");
      awaited = hash(token);
      return token;
    },
    async redeem(token) {
      const expiresAt = String(clock.now() + sessionSeconds * 1000);
      const signature = await sign(expiresAt);
      // Nothing is awaited from here on, so two requests can't both use it.
      if (!awaited || !timingSafeEqual(hash(token), awaited)) return undefined;
      awaited = undefined;
      return `${expiresAt}.${signature.toString("base64url")}`;
    },
    async isOpen(session) {
      const [, expiresAt, signature] = /^(\d{1,16})\.([\w-]{43})$/u.exec(session) ?? [];
      if (!expiresAt || !signature) return false;
      const genuine = timingSafeEqual(await sign(expiresAt), Buffer.from(signature, "base64url"));
      return genuine && clock.now() < Number(expiresAt);
    },
  };
}

const hash = (token: string) => createHash("sha256").update(token).digest();
