import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { base64url } from "../../core/base64url.ts";
import type { Evidence } from "../../core/evidence.ts";
import type { WebChatOptions } from "./options.ts";
import type { Addresses } from "./outbound.ts";
import { type Seal, type Seals, sealsOf } from "./seals.ts";

const cookieName = "ombud_visitor";
const halfAYearInSeconds = 180 * 24 * 60 * 60;

/** The one conversation that a browser may read and write. */
export interface Visitor {
  conversationId: string;
  /** Tells the page's tabs that they speak of the same conversation, without naming it. */
  thread: string;
  addresses: Addresses;
  seals: Seals;
}

export interface Visitors {
  /** The visitor of the cookie; undefined without one, and for a forged or malformed one. */
  of(c: Context): Promise<Visitor | undefined>;
  /** A visitor with a new conversation. */
  make(): Promise<Visitor>;
  /** The visitor of a private way back; undefined when it is not ours. */
  returning(token: string): Promise<Visitor | undefined>;
  /** Lets this browser be the visitor for the next half year. */
  remember(c: Context, visitor: Visitor): void;
}

export function createVisitors(
  options: Pick<WebChatOptions, "store" | "clock" | "publicUrl">,
): Visitors {
  const seals = sealsOf(options.store);

  function visitor(conversationId: string, own: Seals): Visitor {
    return {
      conversationId,
      thread: own.visitor.sign("thread", conversationId).slice(0, 16),
      addresses: {
        view: (evidence) => evidenceUrl(own.files, conversationId, "view", evidence),
        original: (evidence) => evidenceUrl(own.files, conversationId, "original", evidence),
        wayBack: `${options.publicUrl()}/return/${own.wayBack.stamp(conversationId)}`,
      },
      seals: own,
    };
  }

  return {
    async of(c) {
      const cookie = getCookie(c, cookieName);
      if (!cookie) return undefined;
      const own = await seals();
      const id = own.visitor.read(cookie);
      return id ? visitor(id, own) : undefined;
    },
    async make() {
      return visitor(base64url(options.clock.random(18)), await seals());
    },
    async returning(token) {
      const own = await seals();
      const id = own.wayBack.read(token);
      return id ? visitor(id, own) : undefined;
    },
    remember(c, { conversationId, seals: own }) {
      setCookie(c, cookieName, own.visitor.stamp(conversationId), {
        httpOnly: true,
        sameSite: "Lax",
        path: "/",
        secure: options.publicUrl().startsWith("https:"),
        maxAge: halfAYearInSeconds,
      });
    },
  };
}

function evidenceUrl(
  seal: Seal,
  conversationId: string,
  kind: "view" | "original",
  evidence: Evidence,
): string {
  const { id, type, name } = evidence;
  const query = new URLSearchParams({
    ...(kind === "original" && { type, name }),
    seal: sealEvidence(seal, conversationId, { kind, id, type, name }),
  });
  return `/chat/evidence/${id}/${kind}?${query.toString()}`;
}

interface Asked {
  kind: string;
  id: string;
  type: string;
  name: string;
}

const asParts = (conversationId: string, { kind, id, type, name }: Asked): string[] =>
  kind === "view"
    ? ["evidence", conversationId, kind, id]
    : ["evidence", conversationId, kind, id, type, name];

const sealEvidence = (seal: Seal, conversationId: string, asked: Asked): string =>
  seal.sign(...asParts(conversationId, asked));

/** Whether this visitor was given this address. */
export const mayRead = ({ seals, conversationId }: Visitor, asked: Asked, seal: string): boolean =>
  seals.files.holds(seal, ...asParts(conversationId, asked));
