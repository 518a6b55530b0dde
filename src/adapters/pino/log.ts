import { pino } from "pino";
import type { Log } from "../../ports/log.ts";

/** Where lines go; a terminal gets them in a form for people, everything else as JSON. */
export interface Destination {
  isTTY?: boolean;
  write(line: string): unknown;
}

export function createLog(
  level: "error" | "warn" | "info" | "silent",
  destination: Destination = process.stdout,
): Log {
  const target = destination.isTTY
    ? { write: (line: string) => destination.write(readable(JSON.parse(line) as LogLine)) }
    : { write: (line: string) => destination.write(line) };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
}

interface LogLine {
  level: string;
  time: string;
  msg: string;
  [fact: string]: string | number | boolean;
}

function readable({ level, time, msg, ...facts }: LogLine): string {
  const clock = new Date(time).toTimeString().slice(0, 8);
  return (
    [
      clock,
      level.padEnd(5),
      msg,
      ...Object.entries(facts).map(([name, value]) => `${name}=${quoted(value)}`),
    ].join(" ") + "\n"
  );
}

/** A value that could be taken for more than one word, or move a terminal's cursor, stands in quotes. */
function quoted(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w.:/@+-]+$/u.test(text) ? text : JSON.stringify(text);
}
