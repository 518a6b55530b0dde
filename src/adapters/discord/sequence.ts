/**
 * How far a session's events are durable. The library counts an event before
 * it is handled, so its own count would lose those in hand at a crash.
 */
export interface Sequence {
  begin(seq: number): void;
  end(seq: number): void;
  /** All events up to here are durable. */
  durable(): number;
}

export function createSequence(from: number): Sequence {
  let highest = from;
  // In the order in which they began, which rises.
  const open = new Set<number>();
  return {
    begin(seq) {
      highest = Math.max(highest, seq);
      open.add(seq);
    },
    end: (seq) => void open.delete(seq),
    durable() {
      const [oldest] = open;
      return oldest === undefined ? highest : oldest - 1;
    },
  };
}
