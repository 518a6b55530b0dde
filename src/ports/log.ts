/** What operators read. No secret and no customer text ever goes in: ids, codes and figures only. */
export interface Log {
  info(facts: Record<string, string | number | boolean>, message: string): void;
  warn(facts: Record<string, string | number | boolean>, message: string): void;
  error(facts: Record<string, string | number | boolean>, message: string): void;
}
