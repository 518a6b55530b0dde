import type { WebIdentity } from "./agents.ts";

/** What binds an answer to the browser that began; random, secret to it and used once. */
export interface LogInAttempt {
  state: string;
  nonce: string;
  /** 43 characters or more. */
  verifier: string;
}

/** Somebody else's page on which people show who they are. */
export interface IdentityProvider {
  /** As it stands on the button. */
  label: string;
  /**
   * Where to send the browser.
   *
   * @throws PlatformUnavailable when the provider can't be reached.
   */
  begin(attempt: LogInAttempt): Promise<string>;
  /**
   * Who came back; `query` is that of the address the provider sent them to.
   *
   * @throws LogInFailed when it is not an answer to this attempt, or says no.
   * @throws PlatformUnavailable when the provider can't be reached.
   */
  finish(query: string, attempt: LogInAttempt): Promise<WebIdentity>;
}
