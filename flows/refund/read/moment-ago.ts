import { addDays, addMonths, civilDate } from "../../../src/core/calendar.ts";
import { counts, says, type Found, type Scene, type Span } from "./moment-words.ts";

type Unit = "minute" | "hour" | "day" | "week" | "month" | "year";

const units = unitsOf([
  ["minutes?|minuter?|min", "minute"],
  ["heures?|timm(?:e|ar)|tim|hours?|hrs?|h", "hour"],
  ["jours?|jrs|j|dag(?:ar)?|dygn|days?|d", "day"],
  ["semaines?|sem|vecka|veckor|weeks?|wk|w|v", "week"],
  ["mois|manad(?:er)?|man|months?", "month"],
  ["ans?|annees?|ar|years?|yrs?", "year"],
]);

function unitsOf(table: readonly [string, Unit][]) {
  return table.map(([names, unit]) => ({ names, unit, pattern: new RegExp(`^(?:${names})$`) }));
}

const countPatterns = counts.map(([names, least, most]) => ({
  least,
  most,
  pattern: new RegExp(`^(?:${names})$`),
}));

const anyCount = `\\d{1,4}(?:[.,]\\d{1,2})?|(?:${counts.map(([names]) => names).join("|")})\\b`;
const anyUnit = units.map(({ names }) => names).join("|");

const amount = new RegExp(
  `(?<![\\d.,:/'a-z-])(?<least>${anyCount})(?: ?(?:-|a|au|ou|eller|or|till|to) ?(?<most>${anyCount}))? ?(?:derniere?s? |last |past |senaste )?(?<unit>${anyUnit})(?: ?(?<minutes>\\d{2}))?(?![a-z\\d])`,
);

/** `1 mois et demi`, `2 days and 5 hours`: somewhere between this many and one more. */
const moreBehind = new RegExp(
  `^,? ?(?:et |och |and )?(?:demie?\\b|(?:en |a )?halvt?\\b|(?:a )?half\\b|(?:${anyCount}) ?(?:${anyUnit})(?![a-z\\d]))`,
);

const filler =
  "(?: (?:environ|a peu pres|presque|moins de|plus de|ca\\.?|cirka|ungefar|typ|nastan|mindre an|mer an|drygt|about|around|almost|less than|more than|the|les|next|last|past|prochaines|de|narmaste|senaste))*";
const before = new RegExp(
  `\\b(?:y a|ya|fait|depuis|voila|since|for|sedan|dans|d'ici|sous|om|inom|in|within)${filler} $`,
);
/** `depuis 14h` is a time of day. */
const beforeH = new RegExp(`\\b(?:y a|ya|fait|dans|d'ici|sous|om|inom|in|within)${filler} $`);
const after =
  /^ ?(?:sedan|sen|ago|back|earlier|later|from now|fran nu|tidigare|senare|plus t(?:ot|ard))\b/;

const hourMs = 3_600_000;

/** `il y a 5 jours`, `för en vecka sedan`, `in 6 hours`; without such a word by the direction. */
export function findAgo(said: string, scene: Scene): Found | undefined {
  const text = said
    .replace(/\b(?:une |en )?(?:demie?-? ?heure|halvtimm[ea]|half an hour)\b/, "30 minutes")
    .replace(/\b(?:en och en halv timme|an hour and a half|(?:une|1) heure et demie)\b/, "1h30")
    .replace(/\b(?:ett )?halvar|ett halvt ar|half a year\b/, "6 mois");
  const match = amount.exec(text);
  const { least = "", most = least, unit = "", minutes } = match?.groups ?? {};
  const kind = units.find(({ pattern }) => pattern.test(unit))?.unit;
  if (!match || !kind) return undefined;

  const past = says.ago.test(text);
  const ahead = says.ahead.test(text);
  const behind = text.slice(match.index + match[0].length);
  const isTold =
    (unit === "h" ? beforeH : before).test(text.slice(0, match.index)) || after.test(behind);
  // `lundi dernier à 14 heures` is a time of day, and `a man` no month.
  if ((kind === "hour" || kind === "minute") && !isTold) return undefined;
  if (!past && !ahead && (scene.direction === "any" || !/\d/.test(least))) return undefined;
  const sign = past || (!ahead && scene.direction === "past") ? -1 : 1;

  const part = minutes && kind === "hour" ? Number(minutes) / 60 : 0;
  const more = moreBehind.test(behind) ? 1 : 0;
  const low = rangeOf(least)[0] + part;
  const high = rangeOf(most)[1] + part + more;
  const rest = `${text.slice(0, match.index)} ${behind}`;
  const span = spanOf(sign * Math.min(low, high), sign * Math.max(low, high), kind, scene);
  return { span: says.within.test(text) && sign > 0 ? upTo(span, scene) : span, rest };
}

function rangeOf(count: string): [number, number] {
  const digits = Number(count.replace(",", "."));
  if (!Number.isNaN(digits)) return [digits, digits];
  const { least, most } = countPatterns.find(({ pattern }) => pattern.test(count)) ?? {
    least: 0,
    most: 0,
  };
  return [least, most];
}

/** Around the instant or day that is meant, half a unit each way: a week ago is rarely seven days to the minute. */
function spanOf(near: number, far: number, unit: Unit, { now, today }: Scene): Span {
  const [first, last] = near < far ? [near, far] : [far, near];
  switch (unit) {
    case "minute": {
      const slack = near % 5 === 0 ? 2.5 : 0.5;
      return { earliest: now + (first - slack) * 60_000, latest: now + (last + slack) * 60_000 };
    }
    case "hour":
      return { earliest: now + (first - 0.5) * hourMs, latest: now + (last + 0.5) * hourMs };
    case "day":
      return { from: addDays(today, Math.floor(first)), to: addDays(today, Math.ceil(last)) };
    case "week":
      return {
        from: addDays(today, Math.round(first * 7) - 3),
        to: addDays(today, Math.round(last * 7) + 3),
      };
    case "month":
      return {
        from: addDays(addMonths(today, Math.floor(first)), -15),
        to: addDays(addMonths(today, Math.ceil(last)), 15),
      };
    case "year":
      return {
        from: addMonths(today, Math.floor(first * 12) - 6),
        to: addMonths(today, Math.ceil(last * 12) + 6),
      };
  }
}

/** `within 6 hours`: any time until then. */
function upTo(span: Span, { now, timeZone }: Scene): Span {
  return "latest" in span
    ? { earliest: now, latest: Math.max(now, (span.earliest + span.latest) / 2) }
    : { from: civilDate(now, timeZone), to: span.to };
}
