import type { Upload } from "../body.ts";
import type { Params } from "../params.ts";
import type { World } from "../world.ts";

export interface Call {
  params: Params;
  uploads: ReadonlyMap<string, Upload>;
  world: World;
  /** Calls back when the client has hung up. */
  gone: (left: () => void) => void;
}

/** An answer with a word beside the result, as setWebhook gives it. */
export class Described {
  readonly result: unknown;
  readonly description: string;

  constructor(result: unknown, description: string) {
    this.result = result;
    this.description = description;
  }
}

export type Method = (call: Call) => unknown;
export type Methods = Record<string, Method>;
