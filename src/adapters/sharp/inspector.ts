import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Inspector } from "../../ports/evidence.ts";
import type { Answer, FromDecoder } from "./decoder.ts";

const decoderFile = fileURLToPath(new URL("decoder.ts", import.meta.url));

/**
 * Looks into one file after the other, each in a process of its own. A process
 * kept for the next file would be 150 ms quicker, but one customer's file could
 * then reach another's, and what memory the last left behind made every fifth
 * ordinary photo seem too large.
 *
 * A process that dies is replaced once, as the reason may lie outside. One that
 * has no answer in time (a busy machine needs more of it than the file) is
 * killed and the file refused as broken; one that
 * takes too much memory is killed and the file refused for its pixels.
 */
export function createSharpInspector({ answerWithinMs = 10_000 } = {}): Inspector {
  let lastTurn: Promise<unknown> = Promise.resolve();

  async function look(bytes: Uint8Array): Promise<Answer> {
    let answer = await ask(bytes, answerWithinMs);
    if (answer === "died") answer = await ask(bytes, answerWithinMs);
    if (answer === "grew") return { refused: "tooManyPixels" };
    return typeof answer === "string" ? { refused: "broken" } : answer;
  }

  return {
    async inspect(bytes) {
      if (bytes.length === 0) return { refused: "empty" };
      const turn = lastTurn.then(() => look(bytes));
      lastTurn = turn.catch(() => undefined);
      const answer = await turn;
      if ("refused" in answer) return answer;
      return { ...answer, sha256: createHash("sha256").update(bytes).digest("hex") };
    },

    /** Lets the files that wait come to their end. */
    async close() {
      await lastTurn;
    },
  };
}

/** The time for an answer, in parts. */
const looks = 20;

/**
 * The process is dead, or dying, when this resolves. Its time is counted in
 * looks: where this process stood still itself, the answer may be there.
 */
function ask(
  bytes: Uint8Array,
  answerWithinMs: number,
): Promise<Answer | "late" | "grew" | "died"> {
  return new Promise((resolve) => {
    const child = fork(decoderFile, {
      // Nothing of ours, in particular no token.
      env: {},
      // Bounds V8 only: pictures lie outside its heap, where the decoder watches itself.
      execArgv: ["--max-old-space-size=64"],
      serialization: "advanced",
      // A process that can't start, as sharp isn't built for this machine, says so to the operator.
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const end = (answer: Answer | "late" | "grew" | "died") => {
      clearInterval(looking);
      child.kill("SIGKILL");
      resolve(answer);
    };
    let left = looks;
    const looking = setInterval(() => {
      if (--left === 0) end("late");
    }, answerWithinMs / looks);
    child.on("message", (message: FromDecoder) => {
      if (message === "ready") left = looks;
      else end(message);
    });
    child.on("exit", () => end("died"));
    child.on("error", () => end("died"));
    child.send(bytes, (error) => error && end("died"));
  });
}
