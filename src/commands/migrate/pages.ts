/** Page by page in the order of keys, until there is none. */
export function pagesOf(
  limit: number,
  begin: string,
  read: (after: string, limit: number) => string[],
): Generator<string[]>;
export function pagesOf<T>(
  limit: number,
  begin: string,
  read: (after: string, limit: number) => T[],
  keyOf: (one: T) => string,
): Generator<T[]>;
export function* pagesOf<T>(
  limit: number,
  begin: string,
  read: (after: string, limit: number) => T[],
  keyOf: (one: T) => string = String,
): Generator<T[]> {
  for (let page = read(begin, limit); page.length > 0;) {
    yield page;
    const last = page.at(-1);
    page = last === undefined ? [] : read(keyOf(last), limit);
  }
}
