/** The agent's hands on one case, on whichever desk; `screen` is what its thread or page shows now. */
export interface AgentHand {
  take(): Promise<void>;
  says(text: string): Promise<void>;
  /** Other words for what was said last. */
  rewords(text: string): Promise<void>;
  sendsPicture(text: string): Promise<void>;
  /** Asks the customer for the link to their profile. */
  asksForLink(): Promise<void>;
  /** Refuses a refund for these reasons under the clause that is suggested; resolves with the preview that was sent. */
  decides(reasons: string): Promise<string>;
  closes(): Promise<void>;
  screen(): Promise<string>;
  /** Pictures of the customer. */
  pictures(): Promise<number>;
}
