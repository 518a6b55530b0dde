import type { ChildProcess } from "node:child_process";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { type Bot, startBot } from "../bot.ts";
import type { FakeClock } from "./faketime.ts";

/** A time in which something was wrong, for what could not be known then. */
export interface Window {
  what: string;
  from: number;
  to: number;
}

/** One of the processes, again and again. */
export interface Slot {
  /** Where it serves when it does. */
  readonly port: number;
  readonly clock: FakeClock | undefined;
  /** The link into the console of the process that serves now; undefined while none does. */
  consoleLink(): string | undefined;
  /** `more`: settings that stay from now on. */
  start(more?: Readonly<Record<string, string>>): Promise<void>;
  /** At once, whatever it is doing; undefined where none runs. */
  kill(): Promise<void>;
  /** As a machine that is out of memory, or a container that is moved. */
  pause(): void;
  goOn(): void;
  /** Resolves with how long its end took and how it ended. */
  stop(): Promise<{ code: number | null; ms: number }>;
}

export interface Bots {
  /** Where all of them are reached. */
  url: string;
  slots: readonly Slot[];
  /** Ends that nobody ordered, and what was written at level error that is no fault of the surroundings. */
  readonly crashes: string[];
  /** Every connection of customers breaks. */
  cut(): void;
  close(): Promise<void>;
}

export async function openBots(
  count: number,
  settings: (slot: number, url: string) => Readonly<Record<string, string>>,
  dataDir: string,
  newClock: (() => FakeClock) | undefined,
): Promise<Bots> {
  const crashes: string[] = [];
  const sockets = new Set<Socket>();
  let turn = 0;
  const balancer = createServer((socket) => {
    const slot = slots[turn++ % slots.length];
    const onwards = connect(slot?.port ?? 0, "127.0.0.1");
    for (const [from, to] of [
      [socket, onwards],
      [onwards, socket],
    ] as const) {
      sockets.add(from);
      from
        .on("error", () => to.destroy())
        .on("close", () => {
          sockets.delete(from);
          to.destroy();
        })
        .pipe(to);
    }
  });
  await new Promise<void>((resolve) => void balancer.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
  const slots = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const clock = newClock?.();
      const port = await freePort();
      const own = {
        ...settings(index, url),
        PUBLIC_URL: url,
        PORT: `${port}`,
        ...clock?.environment,
      };
      return openSlot(port, dataDir, own, clock, (fault) => crashes.push(`${index}: ${fault}`));
    }),
  );
  return {
    url,
    slots,
    crashes,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const slot of slots) {
        slot.goOn();
        await slot.kill();
        slot.clock?.remove();
      }
      for (const socket of sockets) socket.destroy();
      balancer.close();
    },
  };
}

function openSlot(
  port: number,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  clock: FakeClock | undefined,
  crashed: (fault: string) => void,
): Slot {
  let child: ChildProcess | undefined;
  let bot: Bot | undefined;
  let own = settings;
  const ordered = new WeakSet<ChildProcess>();

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return null;
    ordered.add(ending);
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    bot = undefined;
    ending.kill(signal);
    await ended;
    return ending.exitCode;
  }

  return {
    port,
    clock,
    consoleLink: () => bot?.consoleLink.replace(/^https?:\/\/[^/]+/u, `http://127.0.0.1:${port}`),
    async start(more = {}) {
      let faults = "";
      own = { ...own, ...more };
      const begun = (process: ChildProcess) => {
        child = process;
        process.stderr?.on("data", (chunk: Buffer) => (faults += chunk.toString()));
        process.once("exit", (code, signal) => {
          if (!ordered.has(process))
            crashed(`ended with ${code ?? signal}: ${faults.slice(-2000)}`);
        });
      };
      const starting = startBot(dataDir, own, { begun });
      const started = await starting.catch(() => undefined);
      if (started && !ordered.has(started.process)) bot = started;
    },
    async kill() {
      await end("SIGKILL");
    },
    pause: () => void child?.kill("SIGSTOP"),
    goOn: () => void child?.kill("SIGCONT"),
    async stop() {
      const from = performance.now();
      const code = await end("SIGTERM");
      return { code, ms: Math.round(performance.now() - from) };
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
