/** What a control of ours means. Discord takes at most 100 characters. */
export type Control =
  /** A button of a message, with the revision that the message belongs to. */
  | { type: "choice"; revision: number; choice: string }
  /** A menu, whose values are choices. */
  | { type: "menu"; revision: number }
  /** Opens the form; the same id comes back with what was filled in. */
  | { type: "form"; revision: number }
  /** Where the conversation begins. */
  | { type: "door"; door: Door };

export type Door = "thread" | "dm";

export const choiceId = (revision: number, choice: string): string => `${revision}:${choice}`;
export const menuId = (revision: number, index: number): string => `menu:${revision}:${index}`;
export const formId = (revision: number): string => `form:${revision}`;
export const doorId = (door: Door): string => `door:${door}`;

/** Undefined for what none of ours has. */
export function readControl(id: string): Control | undefined {
  const [, kind, first = "", rest = ""] =
    /^(?:(menu|form|door):)?([a-z]{1,10}|\d{1,9})(?::(.{1,64}))?$/u.exec(id) ?? [];
  const revision = Number(first);
  if (kind === "door")
    return first === "thread" || first === "dm" ? { type: kind, door: first } : undefined;
  if (!Number.isInteger(revision) || first === "") return undefined;
  if (kind === "menu" || kind === "form") return { type: kind, revision };
  return rest === "" ? undefined : { type: "choice", revision, choice: rest };
}
