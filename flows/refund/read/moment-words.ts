import type { CivilDate } from "../../../src/core/calendar.ts";

export type Direction = "past" | "future" | "any";

/** When and where the words were said, and whether they tell of something or announce it. */
export interface Scene {
  now: number;
  timeZone: string;
  direction: Direction;
  today: CivilDate;
}

/** What some of the words say, and the text without them. */
export interface Found {
  span: Span;
  rest: string;
  twoWays?: true;
}

/** Whole civil days, or instants. */
export type Span = { from: CivilDate; to: CivilDate } | { earliest: number; latest: number };

/** Vocabularies below are folded: small letters without accents. */
const monthNames = [
  "janvier january januari janv jan",
  "fevrier february februari fevr fev feb",
  "mars march mar",
  "avril april avr apr",
  "mai may maj",
  "juin june juni jun",
  "juillet july juli juil jul",
  "aout august augusti aug",
  "septembre september sept sep",
  "octobre october oktober oct okt",
  "novembre november nov",
  "decembre december dec",
].map((line) => line.split(" "));

const longestFirst = (words: readonly string[]): string =>
  words.toSorted((a, b) => b.length - a.length).join("|");

/** Regular expression source: any name of a month, its abbreviations too. */
export const anyMonth = longestFirst(monthNames.flat());

/** Only names that are no other word by themselves. */
export const anyFullMonth = longestFirst(
  monthNames
    .flat()
    .filter(
      (name) => name.length > 4 || /mars|mai|maj|may|juin|june|juni|july|juli|aout/.test(name),
    ),
);

export const monthOf = (name: string): number =>
  monthNames.findIndex((names) => names.includes(name)) + 1;

const weekdayNames = [
  "lundi|mandag(?:en|s)?|monday",
  "mardi|tisdag(?:en|s)?|tuesday|tues|tis",
  "mercredi|onsdag(?:en|s)?|wednesday|wed",
  "jeudi|torsdag(?:en|s)?|thursday|thurs|thu|tors",
  "vendredi|fredag(?:en|s)?|friday",
  "samedi|lordag(?:en|s)?|saturday",
  "dimanche|sondag(?:en|s)?|sunday",
];

export const anyWeekday = weekdayNames.join("|");

const weekdays = weekdayNames.map((names) => new RegExp(`^(?:${names})$`));

/** 0 is Monday. */
export const weekdayNamed = (name: string): number =>
  weekdays.findIndex((names) => names.test(name));

export const says = {
  last: /\b(?:derniere?s?|passee?s?|precedente?|last|past|previous|forra|senaste|i [a-z]+dags)\b/,
  next: /\b(?:prochaine?s?|next|coming|nasta|kommande|pa [a-z]+dag)\b/,
  this: /\b(?:ce|cette|this|denna|detta|den har|det har|i)\b/,
  ago: /\b(?:y a|ya|ago|sedan|sen|depuis|since|(?:ca|cela) fait|voila|back|tidigare|earlier|plus tot|derniere?s?|last|past|senaste)\b/,
  ahead:
    /\b(?:dans|om|in|inom|within|from now|fran nu|sous|d'ici|prochaine?s?|next|coming|kommande|plus tard|senare|later)\b/,
  within: /\b(?:inom|within|sous|d'ici|dans les|(?:in|i) the next)\b/,
};

/** A count of days or hours in words; a vague one leaves a range open. */
export const counts: readonly [string, number, number][] = [
  ["couple of|a couple of|ett par|deux trois|deux-trois", 2, 3],
  ["quelques|nagra|a few|few|plusieurs|flera|several", 2, 6],
  ["une?|en|ett|an?|one", 1, 1],
  ["deux|tva|two", 2, 2],
  ["trois|tre|three", 3, 3],
  ["quatre|fyra|four", 4, 4],
  ["cinq|fem|five", 5, 5],
  ["six|sex", 6, 6],
  ["sept|sju|seven", 7, 7],
  ["huit|atta|eight", 8, 8],
  ["neuf|nio|nine", 9, 9],
  ["dix|tio|ten", 10, 10],
  ["onze|elva|eleven", 11, 11],
  ["douze|tolv|twelve", 12, 12],
  ["quinze|fjorton|fourteen", 14, 15],
  ["vingt|tjugo|twenty", 20, 20],
  ["trente|trettio|thirty", 30, 30],
];
