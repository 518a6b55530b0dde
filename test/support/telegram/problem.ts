import type { ResponseParameters } from "@grammyjs/types";

/** A refusal as Telegram words it; `status` is also the `error_code` of the answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly parameters: ResponseParameters | undefined;

  constructor(status: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

/** A bug of the caller that Telegram would refuse or, worse, ignore; the server lists it among its faults. */
export class CallerFault extends ApiProblem {}

export const badRequest = (what: string, parameters?: ResponseParameters): ApiProblem =>
  new ApiProblem(400, `Bad Request: ${what}`, parameters);

export const forbidden = (what: string): ApiProblem => new ApiProblem(403, `Forbidden: ${what}`);

export const conflict = (what: string): ApiProblem => new ApiProblem(409, `Conflict: ${what}`);

export const tooMany = (retryAfter: number): ApiProblem =>
  new ApiProblem(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });

export const callerFault = (what: string): CallerFault =>
  new CallerFault(400, `Bad Request: ${what}`);
