import type { Agent } from "../../core/agent.ts";
import type { Language } from "../../core/language.ts";
import type { TextValues, Texts } from "../../core/texts.ts";

/** What the pages say, in the agent's language and the shop's time zone. */
export interface Words {
  language: Language;
  /** The moment of the request. */
  now: number;
  texts: Texts;
  /** Who reads; undefined before the log-in. */
  reader: Agent | undefined;
  /** A text of `console.json`. */
  say(key: string, values?: TextValues): string;
  date(at: number): string;
  moment(at: number): string;
  /** Hours and minutes. */
  time(at: number): string;
  /** `12 minutes ago`, from the moment of the request. */
  ago(at: number): string;
  size(bytes: number): string;
}

export function wordsOf(texts: Texts, timeZone: string, now: number, reader?: Agent): Words {
  const { language } = texts;
  const times = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  const spans = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  return {
    language,
    now,
    texts,
    reader,
    say: (key, values) => texts.text(`console:${key}`, values),
    date: (at) => texts.date(at, timeZone),
    moment: (at) => texts.moment(at, timeZone),
    time: (at) => times.format(at),
    ago: (at) => spans.format(...span(at - now)),
    size: (bytes) => sizeIn(language, bytes),
  };
}

function span(ms: number): [number, "minute" | "hour" | "day"] {
  const minutes = Math.trunc(ms / 60_000);
  if (Math.abs(minutes) < 60) return [minutes, "minute"];
  const hours = Math.trunc(minutes / 60);
  return Math.abs(hours) < 48 ? [hours, "hour"] : [Math.trunc(hours / 24), "day"];
}

function sizeIn(language: Language, bytes: number): string {
  const [value, unit] =
    bytes < 1e6 ? [Math.ceil(bytes / 1e3), "kilobyte"] : [bytes / 1e6, "megabyte"];
  const format = new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 });
  return format.format(value).replace(" ", "\u00a0");
}

/**
 * Characters that are not seen but change what is read (zero-width, bidi and
 * control characters) by their code point; the joiner inside an emoji stays.
 */
export function visible(text: string): string {
  return text.replace(
    /(?<!\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)\u200D|(?![\t\n\u200D])[\p{Cc}\p{Cf}]/gu,
    (hidden) => `⟨U+${hidden.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}
