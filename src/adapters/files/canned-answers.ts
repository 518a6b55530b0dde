import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BadConfig } from "../../core/errors.ts";
import { type Language, languages } from "../../core/language.ts";

type Answers = Readonly<Record<string, string>>;

const example = '{"wait": "One moment, please, {{agent}} is looking."}';

const answersFile = z.record(
  z
    .string()
    .regex(
      /^[a-z][A-Za-z0-9-]{0,59}$/u,
      `must be named with at most 60 letters, digits and hyphens, such as ${example}`,
    ),
  z
    .string(`must be a sentence, such as ${example}`)
    .trim()
    .min(1, "must not be empty: leave it out in every language, or write it")
    .max(2000, "must have at most 2000 characters, such as half as many")
    .refine(
      (text) => !/[{}]/u.test(text.replace(placeholder, "")),
      "must have each value as two braces, a word and two braces, such as {{orderNumber}}",
    )
    .refine(
      (text) => !/[⟦⟧]/u.test(text),
      "must be without ⟦ and ⟧, which mark what is to be filled in: name a value instead, such as {{amount}}",
    ),
  `must be an object of names and sentences, such as ${example}`,
);

const placeholder = /\{\{ ?([a-z][A-Za-z0-9]*) ?\}\}/gu;

/** What a case fills in by itself; any other word is a gap that the agent fills in. */
const filled = ["agent", "amount", "caseNumber", "orderNumber", "service", "shop", "today"];

/**
 * The shop's own canned answers: `fr.json`, `sv.json` and `en.json` in this
 * folder, with the same names and the same values in each.
 *
 * @throws BadConfig with all faults at once.
 */
export function readCannedAnswers(folder: string): Record<Language, Answers> {
  const faults: string[] = [];
  const found = Object.fromEntries(
    languages.map((language) => {
      const read = answersFile.safeParse(parse(join(folder, `${language}.json`), faults));
      if (!read.success)
        for (const { path, code, message, ...more } of read.error.issues)
          faults.push(
            `${language}.json: ${[...path, "issues" in more && code === "invalid_key" ? (more.issues[0]?.message ?? message) : message].map(String).join(" ")}`,
          );
      return [language, read.success ? read.data : undefined];
    }),
  ) as Record<Language, Answers | undefined>;
  faults.push(...differences(found));
  if (faults.length > 0) throw new BadConfig(faults.map((fault) => `CANNED_ANSWERS: ${fault}`));
  return found as Record<Language, Answers>;
}

function parse(path: string, faults: string[]): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/u, ""));
  } catch (cause) {
    faults.push(
      cause instanceof SyntaxError
        ? `${path} must be JSON, such as ${example}`
        : `${path} must be a file that can be read, with the same names as in the other languages, such as docs/answers.example`,
    );
    // Told; an empty file tells no more.
    return {};
  }
}

/** What one language has and another lacks, and what is nearly a value that a case fills in. */
function differences(found: Record<Language, Answers | undefined>): string[] {
  const read = languages.filter((language) => Object.keys(found[language] ?? {}).length > 0);
  const names = new Set(read.flatMap((language) => Object.keys(found[language] ?? {})));
  return [...names].flatMap((name) => {
    const having = read.filter((language) => Object.hasOwn(found[language] ?? {}, name));
    const missing = read
      .filter((language) => !having.includes(language))
      .map(
        (language) =>
          `${language}.json lacks ${name}, which ${having[0]}.json has: write it in each language, for customers write in all of them`,
      );
    const valuesIn = (language: Language) => [
      ...new Set(
        [...(found[language]?.[name] ?? "").matchAll(placeholder)].map(([, word = ""]) => word),
      ),
    ];
    const [first] = having;
    const expected = first ? valuesIn(first) : [];
    const others = having.flatMap((language) => {
      const own = valuesIn(language);
      return [
        ...expected
          .filter((word) => !own.includes(word))
          .map((word) => `${language}.json: ${name} lacks {{${word}}}, which ${first}.json has`),
        ...own
          .filter((word) => !expected.includes(word))
          .map((word) => `${language}.json: ${name} has {{${word}}}, which ${first}.json lacks`),
      ];
    });
    const misspelt = expected.flatMap((word) => {
      const meant = filled.find((one) => one !== word && plain(one) === plain(word));
      return meant ? [`${name}: {{${word}}} must be written {{${meant}}}`] : [];
    });
    return [...missing, ...others, ...misspelt];
  });
}

const plain = (word: string) => word.toLowerCase();
