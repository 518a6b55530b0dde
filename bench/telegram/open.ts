import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Load, Outcome } from "./customers.ts";
import type { Order } from "./process.ts";

/** The one local Telegram that answers every contender. */
export interface Platform {
  readonly settings: { TELEGRAM_BOT_TOKEN: string; TELEGRAM_API_ROOT: string };
  /** Lets customers talk to whichever bot serves them now. */
  load(load: Load): Promise<Outcome>;
  /** From now on updates are brought to these addresses, until `forget`. */
  webhooks(urls: readonly string[], secret: string): void;
  /** As if no bot had ever been there. */
  forget(): void;
  close(): void;
}

const process_ = fileURLToPath(new URL("process.ts", import.meta.url));
const longestLoadMs = 300_000;

export async function openPlatform(): Promise<Platform> {
  const child = fork(process_);
  const [port] = (await once(child, "message")) as [number];
  const tell = (order: Order) => child.send(order);
  const ended = once(child, "exit").then(() => {
    throw new Error("the platform has ended");
  });
  ended.catch(() => undefined);
  return {
    settings: {
      TELEGRAM_BOT_TOKEN: "123456789:AAlocalTelegramServerForTestsOnly00",
      TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`,
    },
    async load(load) {
      tell({ type: "load", load });
      const signal = AbortSignal.timeout(longestLoadMs);
      const [outcome] = (await Promise.race([once(child, "message", { signal }), ended])) as [
        Outcome,
      ];
      return outcome;
    },
    webhooks: (urls, secret) => void tell({ type: "webhooks", urls, secret }),
    forget: () => void tell({ type: "forget" }),
    close: () => void child.kill("SIGKILL"),
  };
}
