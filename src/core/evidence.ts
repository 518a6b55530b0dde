/** The kinds of file that are taken as evidence, told by content, never by name. */
export const evidenceTypes = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "application/pdf",
  "audio/ogg",
  "audio/mpeg",
  "audio/mp4",
] as const;

export type EvidenceType = (typeof evidenceTypes)[number];

/** What people listen to, such as a voice message. */
export const isAudio = ({ type }: Pick<Evidence, "type">): boolean => type.startsWith("audio/");

/** How many of them show something: a recording answers no question for pictures. */
export const countShown = (files: readonly Pick<Evidence, "type">[]): number =>
  files.filter((file) => !isAudio(file)).length;

/** Of a file name that tells the type, without the dot. */
export function endingOf(type: EvidenceType): string {
  if (type === "audio/mpeg") return "mp3";
  return type === "audio/mp4" ? "m4a" : (type.split("/")[1] ?? "");
}

/** 10 MB: a phone's photo at full quality fits, and ten of them are no burden on a small disk. */
export const maxEvidenceBytes = 10_000_000;

/** Per case. */
export const maxEvidenceFiles = 10;

const hourMs = 3_600_000;

/** How long an upload may wait to be sent. */
export const ticketValidMs = 23 * hourMs;

/** For how long a file that nothing names is kept: longer than its ticket is valid by far more than a turn takes. */
export const unsentKeptMs = ticketValidMs + hourMs;

/** A picture, document or recording of a customer or an agent, of which the shop holds its own copy. */
export interface Evidence {
  /** Unguessable; names the copy in the evidence store. */
  id: string;
  /** Of the bytes as received, hex. */
  sha256: string;
  type: EvidenceType;
  /** Of the bytes as received. */
  sizeBytes: number;
  /** What the sender's device called it: for show only, at most 100 characters, without control characters. */
  name: string;
  /** Of the cleaned picture that is shown; absent for what is none. */
  view?: { widthPx: number; heightPx: number };
}

/** Why a file is not taken; each is a locale key under `bot:evidence.refused`. */
export type EvidenceRefusal =
  | "empty"
  | "tooLarge"
  | "tooManyPixels"
  | "wrongType"
  | "broken"
  | "tooMany"
  | "noRoom"
  /** The platform no longer gives it. */
  | "lost";
