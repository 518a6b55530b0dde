import { anyMonth } from "./moment-words.ts";

/** Minutes since midnight, `to` excluded; may reach into the next day. */
export interface TimeOfDay {
  from: number;
  to: number;
}

export interface Timed {
  /** A clock time, or the part of the day: the evening. */
  time?: TimeOfDay;
  rest: string;
}

const clocks = [
  /(?<!\d)(?<hour>\d{1,2})(?:[:.](?<minute>\d{2}))? ?(?<half>[ap])\.? ?m\b\.?/,
  new RegExp(
    `(?:\\bkl\\.?|\\bklockan|\\bat|@) ?(?<hour>\\d{1,2})(?:[:. h]?(?<minute>\\d{2}))?(?!\\d|[/-]\\d| ?(?:${anyMonth})\\b)`,
  ),
  /(?<![\d/])(?<hour>\d{1,2}) ?(?:h|heures?|hrs?)(?: ?(?<minute>\d{2}))?(?![a-z\d])/,
  /(?<!\d)(?<hour>\d{1,2})-tiden\b/,
  /(?<!\d)(?<hour>\d{1,2}):(?<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?!\d)/,
];
/** A date looks like this too: only right behind the date found, whose place `|` marks. */
const dotted = /(?<=\| {0,2},? ?)(?<hour>\d{1,2})\.(?<minute>\d{2})(?![\d.])/;
const noon = /\b(?:midi|noon|midday|klockan tolv)\b/;
const roughly =
  /\b(?:vers|ca|circa|cirka|around|about|environ|approximately|ungefar|runt|vid)\.?,? ?(?:les |kl\.? ?)?$/;

const parts: readonly [RegExp, TimeOfDay][] = [
  [/\b(?:apres[- ]?midi|aprem|afternoon|(?:i )?eftermiddags?(?:en)?)\b/, { from: 720, to: 1080 }],
  [/\b(?:soir(?:ee)?|evening|i ?kvall|kvall(?:en|s)?|tonight)\b/, { from: 1020, to: 1440 }],
  [
    /\b(?:matin(?:ee)?|morning|i ?morse|bitti|(?:i )?formiddags?(?:en)?|(?<!\bi )morgon(?:en)?)\b/,
    { from: 240, to: 720 },
  ],
];
const nightWords = /\b(?:nuit|night|i ?natt(?:as)?|natt(?:en)?|minuit|midnight|midnatt)\b/;

/** Takes the time of day out of a text; undefined when there is no such time, like 25:00. */
export function takeTime(text: string): Timed | undefined {
  const part = takePart(text);
  for (const pattern of clocks) {
    const match = pattern.exec(part.rest);
    if (match) return clockTime(match, part);
  }
  const match = noon.exec(part.rest);
  return match ? { rest: without(part.rest, match), time: { from: 720, to: 721 } } : part;
}

/** `14.30`, in what is left beside the date. */
export function takeDottedTime(timed: Timed): Timed | undefined {
  const match = dotted.exec(timed.rest);
  return match ? clockTime(match, timed) : timed;
}

function takePart(text: string): Timed {
  for (const [pattern, time] of parts) {
    const match = pattern.exec(text);
    if (match) return { rest: without(text, match), time };
  }
  const match = nightWords.exec(text);
  return match ? { rest: without(text, match), time: { from: 1200, to: 1920 } } : { rest: text };
}

function clockTime(match: RegExpExecArray, { rest, time: part }: Timed): Timed | undefined {
  const { hour = "", minute = "0", half } = match.groups ?? {};
  let [hours, minutes] = [Number(hour), Number(minute)];
  if (
    hours > 24 ||
    minutes > 59 ||
    (hours === 24 && minutes > 0) ||
    (half && (hours > 12 || hours === 0))
  )
    return undefined;
  if (half) hours = (hours % 12) + (half === "p" ? 12 : 0);
  else if (part && part.from >= 720 && part.to <= 1440 && hours < 12) hours += 12;
  const from = hours * 60 + minutes;
  const slack = roughly.test(rest.slice(Math.max(0, match.index - 24), match.index)) ? 30 : 0;
  return { rest: without(rest, match), time: { from: from - slack, to: from + slack + 1 } };
}

const without = (text: string, match: RegExpExecArray): string =>
  `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`;
