import { setTimeout as delay } from "node:timers/promises";
import type { Chance } from "../chance.ts";
import type { Bots } from "./bots.ts";

/** What an agent did, and whether the console has said that it is done. */
export interface Deed {
  caseNumber: string;
  type: string;
  /** As the log has it. */
  key: string;
  /** What the customer has to read. */
  text?: string;
  outcome: "done" | "refused" | "unknown";
  /** Which the console gave and may not give. */
  answers?: number[];
}

export interface ChaosAgent {
  readonly deeds: readonly Deed[];
  work(over: AbortSignal): Promise<void>;
}

const answerWithinMs = 20_000;

/** Opens a session in the console. */
export async function enterConsole(link: string): Promise<string> {
  const answer = await fetch(link, { redirect: "manual" });
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

/** An agent in the console: takes cases, says things to customers, asks, decides, gives back. Tries again until it is told what became of it. */
export function createAgent(bots: Bots, cookie: string, chance: Chance): ChaosAgent {
  const deeds: Deed[] = [];

  /** One request to whichever process is there; undefined where none answers. */
  async function ask(path: string, form?: Record<string, string>) {
    try {
      const answer = await fetch(bots.url + path, {
        ...(form && { method: "POST", body: new URLSearchParams(form) }),
        headers: { Origin: bots.url, Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
        redirect: "manual",
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const body = await answer.text();
      return answer.status >= 500 || answer.status === 429 ? undefined : { answer, body };
    } catch {
      return undefined;
    }
  }

  async function someCase(): Promise<string | undefined> {
    const queue = await ask("/console");
    const numbers = [...(queue?.body ?? "").matchAll(/\/console\/cases\/([\w-]+)/gu)].map(
      ([, number = ""]) => number,
    );
    return numbers.length > 0 ? chance.pick(numbers) : undefined;
  }

  async function carryOut(caseNumber: string, type: string, more: Record<string, string>) {
    const key = chance.uuid();
    const { text } = more;
    const said = type === "said" && text !== undefined && { text };
    const deed: Deed = { caseNumber, type, key, ...said, outcome: "unknown" };
    deeds.push(deed);
    const form = { key, ...more };
    for (let tries = 0; tries < 40 && deed.outcome === "unknown"; tries++) {
      const sent = await ask(`/console/cases/${caseNumber}/${type}`, form);
      if (sent?.answer.status === 303) deed.outcome = "done";
      // 409 says why not, such as that a colleague has given the thread back meanwhile.
      else if (sent && (sent.answer.status < 400 || sent.answer.status === 409))
        deed.outcome = "refused";
      else if (sent) deed.answers = [...(deed.answers ?? []), sent.answer.status];
      if (deed.outcome !== "unknown") break;
      await delay(250);
    }
    // A double click, and a page that was sent again.
    if (chance.oneIn(6)) await ask(`/console/cases/${caseNumber}/${type}`, form);
  }

  return {
    deeds,
    async work(over) {
      while (!over.aborted) {
        await delay(chance.between(50, 600));
        const number = await someCase();
        if (number === undefined) continue;
        await carryOut(number, "taken", {});
        for (let words = chance.between(0, 3); words > 0; words--)
          await carryOut(number, "said", { text: `Vi tittar på det. ${chance.uuid()}` });
        if (chance.oneIn(3)) await carryOut(number, "asked", { wanted: "screenshot" });
        if (chance.oneIn(3)) await carryOut(number, "noted", { text: chance.uuid() });
        // The bot goes on, for whoever had not come to an end.
        await carryOut(number, "released", {});
      }
    },
  };
}
