import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** The way to Redis, with all that can go wrong on it. */
export interface Proxy {
  url: string;
  /** Every connection breaks; new ones are refused until it is opened. */
  cut(): void;
  /** What goes through comes so much later. */
  delay(ms: number): void;
  /** Connections stay, and nothing comes through any more. */
  silence(): void;
  /** Of each connection's next answer half comes through, then the connection breaks. */
  truncate(): void;
  /** In place of the so-manieth answer from now on every connection breaks, or stays and is silent for good. */
  loseAnswer(count: number, how: "break" | "silence"): void;
  /** All is well again. */
  mend(): void;
  close(): Promise<void>;
}

const nothing = Buffer.alloc(0);

export async function openProxy(path: string): Promise<Proxy> {
  let state: "open" | "cut" | "silent" = "open";
  let delayMs = 0;
  let answersLeft = Infinity;
  let loss = () => {};
  const pairs = new Set<{ near: Socket; far: Socket; truncated: boolean; isSilent: boolean }>();

  const server = createServer((near) => {
    if (state === "cut") return near.destroy();
    const far = connect(path);
    const pair = { near, far, truncated: false, isSilent: false };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    pass(near, far, (chunk) => (pair.isSilent ? nothing : chunk));
    pass(far, near, (chunk) => {
      if (--answersLeft === 0) loss();
      if (pair.isSilent) return nothing;
      if (!pair.truncated) return chunk;
      setImmediate(end);
      // A connection that breaks has no hole before its end.
      pair.isSilent = true;
      return chunk.subarray(0, Math.floor(chunk.length / 2));
    });
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
  });

  function pass(from: Socket, to: Socket, through: (chunk: Buffer) => Buffer): void {
    const late: { at: number; rest: Buffer }[] = [];
    from.on("data", (chunk: Buffer) => {
      // What is lost in the silence is never made up for: the connection is dead.
      if (state === "silent") return;
      const rest = through(chunk);
      if (delayMs === 0 && late.length === 0) return void to.write(rest);
      // What comes later never arrives earlier, also when the way gets faster.
      late.push({ at: performance.now() + delayMs, rest });
      if (late.length === 1) flush();
    });

    function flush(): void {
      const now = performance.now();
      const ripe = late.findIndex(({ at }) => at > now);
      for (const { rest } of late.splice(0, ripe < 0 ? late.length : ripe))
        if (to.writable) to.write(rest);
      const [next] = late;
      if (next) setTimeout(flush, next.at - now);
    }
  }

  const deafen = () => {
    for (const pair of pairs) pair.isSilent = true;
  };
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const breakAll = () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      state = "cut";
      breakAll();
    },
    delay(ms) {
      delayMs = ms;
    },
    silence() {
      state = "silent";
    },
    truncate() {
      for (const pair of pairs) pair.truncated = true;
    },
    loseAnswer(count, how) {
      answersLeft = count;
      loss = how === "break" ? breakAll : deafen;
    },
    mend() {
      // A silent connection has lost what went over it.
      if (state === "silent") breakAll();
      state = "open";
      delayMs = 0;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      breakAll();
      await closed;
    },
  };
}
