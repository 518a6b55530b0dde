export const pageLength = 50;

/** Where a page goes on: after what came or was opened `at`, and of those after this `id`. */
export function readBefore(text = ""): { at: number; id: string } | undefined {
  const [, at, id] = /^(\d{1,15})\.([\w:-]{1,100})$/u.exec(text) ?? [];
  return at && id ? { at: Number(at), id } : undefined;
}
