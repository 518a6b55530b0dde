import type { DeskCard, DeskPost } from "../../src/core/desk.ts";
import type { Desk } from "../../src/ports/desk.ts";

interface OpenThread {
  card: DeskCard;
  /** How often the card was put or brought up to date. */
  shown: number;
  said: string[];
  files: string[];
}

/** A forum that takes what comes; `fail` is thrown by the next call that it is for. */
export function openForum(changes: Partial<Desk> = {}) {
  const threads = new Map<string, OpenThread>();
  const calls: string[] = [];
  const failures: { at: "open" | "show" | "post"; error: Error; isDone?: boolean }[] = [];
  let count = 0;
  const threadOf = (id: string): OpenThread => {
    const thread = threads.get(id);
    if (!thread) throw new Error(`there is no thread ${id}`);
    return thread;
  };
  function called(at: "open" | "show" | "post", id: string, work: () => void): void {
    calls.push(id);
    const [failure] = failures;
    if (failure?.at !== at) return work();
    failures.shift();
    if (failure.isDone) work();
    throw failure.error;
  }
  const desk: Desk = {
    name: "telegram",
    concurrency: 4,
    longestPost: 4000,
    async open(card, again) {
      const found = again && [...threads].find(([, one]) => one.card.number === card.number)?.[0];
      if (found) return found;
      const id = `topic-${count + 1}`;
      called("open", `open ${card.number}`, () => {
        count++;
        threads.set(id, { card, shown: 0, said: [], files: [] });
      });
      return id;
    },
    async show(thread, card) {
      called("show", `show ${card.number}`, () => {
        const one = threadOf(thread);
        one.card = card;
        one.shown++;
      });
      return `card of ${thread}`;
    },
    async post(thread, post: DeskPost, id, again) {
      called("post", `post ${again ? "again " : ""}${id}`, () => {
        const one = threadOf(thread);
        const text = post.spans.map((span) => span.text).join("");
        if (text) one.said.push(text);
        one.files.push(...post.files.map((file) => file.id));
      });
    },
    ...changes,
  };
  return { desk, threads, calls, failures };
}
