import type { ChildProcess } from "node:child_process";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Bot, startBot } from "../bot.ts";
import type { FakeClock } from "./faketime.ts";
import { freePort } from "../free-port.ts";

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
  /** While it is on, what comes over a new connection goes to two processes at the same moment; the second one's answers are lost. */
  race(isOn: boolean): void;
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
  let isRacing = false;
  const balancer = createServer((socket) => {
    const slot = slots[turn++ % slots.length];
    const onwards = connect(slot?.port ?? 0, "127.0.0.1");
    if (isRacing) alsoTo(slots[turn % slots.length], socket);
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
    race(isOn) {
      isRacing = isOn;
    },
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

/** A process that reads no more holds up nobody. */
function alsoTo(slot: Slot | undefined, socket: Socket): void {
  const second = connect(slot?.port ?? 0, "127.0.0.1");
  second.on("error", () => {}).resume();
  socket
    .on("data", (chunk: Buffer) => void (second.writable && second.write(chunk)))
    .on("close", () => second.destroy());
}

/** Neither a start nor an end takes longer, on whatever machine. */
const longestMs = 90_000;

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
    // The verdict tells of it; the others are not to wait for ever.
    const late = setTimeout(() => ending.kill("SIGKILL"), longestMs);
    await ended;
    clearTimeout(late);
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
      const starting = startBot(dataDir, own, { begun }).catch(() => undefined);
      const started = await Promise.race([starting, delay(longestMs, "late" as const)]);
      if (started === "late") {
        crashed(`did not serve within ${longestMs} ms: ${faults.slice(-2000)}`);
        return;
      }
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
