/** What Discord answers with a status and a code (Reference, "JSON Error Codes"). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly details: unknown;

  constructor(code: number, status?: number, message?: string, details?: unknown) {
    const known = codes[code];
    super(message ?? known?.[1] ?? `Error ${code}`);
    this.code = code;
    this.status = status ?? known?.[0] ?? 400;
    this.details = details;
  }
}

const codes: Readonly<Record<number, readonly [status: number, message: string]>> = {
  10003: [404, "Unknown Channel"],
  10004: [404, "Unknown Guild"],
  10007: [404, "Unknown Member"],
  10008: [404, "Unknown Message"],
  10011: [404, "Unknown Role"],
  10013: [404, "Unknown User"],
  10015: [404, "Unknown Webhook"],
  10062: [404, "Unknown interaction"],
  10063: [404, "Unknown application command"],
  20009: [400, "Explicit content cannot be sent to the desired recipient(s)"],
  20016: [429, "This action cannot be performed due to slowmode rate limit"],
  20028: [429, "The write action you are performing on the channel has hit the write rate limit"],
  30033: [400, "Max number of thread participants has been reached (1000)"],
  40001: [401, "Unauthorized"],
  40003: [429, "You are opening direct messages too fast"],
  40005: [413, "Request entity too large"],
  40060: [400, "Interaction has already been acknowledged."],
  40333: [403, "internal network error"],
  50001: [403, "Missing Access"],
  50003: [403, "Cannot execute action on a DM channel"],
  50005: [403, "Cannot edit a message authored by another user"],
  50006: [400, "Cannot send an empty message"],
  50007: [403, "Cannot send messages to this user"],
  50008: [400, "Cannot send messages in a non-text channel"],
  50013: [403, "Missing Permissions"],
  50024: [400, "Cannot execute action on this channel type"],
  50027: [401, "Invalid Webhook Token"],
  50035: [400, "Invalid Form Body"],
  50045: [400, "File uploaded exceeds the maximum size"],
  50083: [400, "Thread is archived"],
  50109: [400, "The request body contains invalid JSON."],
  50278: [403, "Cannot send messages to this user due to having no mutual guilds"],
  130000: [503, "API resource is currently overloaded. Try again a little later"],
  160002: [400, "Cannot reply without permission to read message history"],
  160004: [400, "A thread has already been created for this message"],
  160005: [403, "Thread is locked"],
  160006: [400, "Maximum number of active threads reached"],
  200000: [400, "Message was blocked by automatic moderation"],
  240000: [400, "Message blocked by harmful links filter"],
};

export function statusOf(code: number): number {
  return codes[code]?.[0] ?? 400;
}

/** A body that Discord refuses, with the place in it. */
export function invalidForm(path: string, message: string): ApiError {
  const details: Record<string, unknown> = {};
  let at = details;
  for (const step of path.split(".")) {
    const next: Record<string, unknown> = {};
    at[step] = next;
    at = next;
  }
  at["_errors"] = [{ code: "INVALID", message }];
  return new ApiError(50035, 400, "Invalid Form Body", details);
}
