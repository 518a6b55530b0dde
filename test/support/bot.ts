import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The whole bot as a process of its own, as `npm start` runs it. */
export interface Bot {
  /** Of the live chat, without a slash at the end. */
  url: string;
  port: number;
  /** The one-time link that the start printed. */
  consoleLink: string;
  process: ChildProcess;
  /** `SIGTERM` ends it cleanly, `SIGKILL` at once; resolves with the exit code when it is gone. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

const start = fileURLToPath(new URL("../../src/start.mjs", import.meta.url));

/** Starts the bot and waits until it says where it is. */
export async function startBot(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
  {
    startFile = start,
    begun = () => {},
  }: {
    startFile?: string;
    /** Told of the process before it serves. */
    begun?: (process: ChildProcess) => void;
  } = {},
): Promise<Bot> {
  const child = spawn(process.execPath, [startFile], {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOST: "127.0.0.1",
      PORT: "0",
      DATA_DIR: dataDir,
      LOG_LEVEL: "error",
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  begun(child);
  let output = "";
  let faults = "";
  child.stderr.on("data", (chunk: Buffer) => (faults += chunk.toString()));
  const [, url = "", consoleLink = ""] = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /Live chat\s+(\S+)\/\nConsole\s+(\S+)/.exec(output);
      if (found) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`the bot ended with ${code}: ${faults}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    consoleLink,
    process: child,
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
