/** One thing that was looked at. Without a `fix` all is well with it. */
export interface Finding {
  what: string;
  /** What is wrong, and what mends it. */
  fix?: string;
}
