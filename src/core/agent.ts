export const roles = ["agent", "lead", "admin"] as const;

/** Each may do what the ones before it may. */
export type Role = (typeof roles)[number];

/** Somebody of the shop who works at the desk. */
export interface Agent {
  /** The same person on every surface, as the shop's list of agents has it. */
  id: string;
  /** As customers read it. */
  name: string;
  role: Role;
}

/** As it is stored with what an agent did. */
export type AgentRef = Pick<Agent, "id" | "name">;

export const refOf = ({ id, name }: Agent): AgentRef => ({ id, name });

export const isAtLeast = ({ role }: Agent, least: Role): boolean =>
  roles.indexOf(role) >= roles.indexOf(least);
