import type { Agent, Role } from "../core/agent.ts";

/** Somebody as a provider of log-ins vouches for them. */
export interface WebIdentity {
  issuer: string;
  /** Of this person at the issuer, for ever. */
  subject: string;
  /** Only where the issuer has verified it. */
  email?: string;
}

/**
 * Who works at the desk, as the shop's list has it at the moment of the call;
 * undefined for whoever is not in it. Asked each time that something is done,
 * never when a button is drawn. A list that can't be read is answered from as
 * it was last read.
 */
export interface AgentDirectory {
  byId(id: string): Promise<Agent | undefined>;
  /** By issuer and subject, or else by the verified e-mail address. */
  byWeb(identity: WebIdentity): Promise<Agent | undefined>;
  byTelegram(userId: string): Promise<Agent | undefined>;
  byDiscord(userId: string): Promise<Agent | undefined>;
  /** The ids of everybody with this role or a higher one, in no order. */
  idsOf(least: Role): Promise<readonly string[]>;
  /** Whom the link of the start lets in. */
  firstAdmin(): Promise<Agent>;
}
