import type { ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";
import { tooMany } from "./problem.ts";

/** A refusal in the form of every answer of the Bot API. */
export function problemBody(status: number, description: string, parameters?: object): string {
  return JSON.stringify({
    ok: false,
    error_code: status,
    description,
    ...(parameters && { parameters }),
  });
}

export function answer(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed || response.headersSent) return;
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  response.writeHead(status, headers);
  response.end(text);
}

const gatewayPage =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n";
const terminated =
  "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

/** The answer of a planned fault that keeps the request from being carried out. */
export function refuse(response: ServerResponse, fault: Fault): void {
  switch (fault.type) {
    case "429": {
      const { message, parameters } = tooMany(fault.retryAfter);
      return answer(response, 429, problemBody(429, message, parameters));
    }
    case "500":
      return answer(response, 500, problemBody(500, "Internal Server Error"));
    case "502":
      response.writeHead(502, { "Content-Type": "text/html" });
      response.end(gatewayPage);
      return;
    case "refuse": {
      const { status, description, parameters } = fault;
      return answer(response, status, problemBody(status, description, parameters));
    }
    case "body":
      return answer(response, fault.status, fault.text);
    case "409":
      return answer(response, 409, problemBody(409, terminated));
    case "401":
      return answer(response, 401, problemBody(401, "Unauthorized"));
    case "drop":
    case "latency":
    case "apply-then-drop":
    case "apply-then-hang":
    case "apply-then-truncate":
      response.socket?.destroy();
  }
}
