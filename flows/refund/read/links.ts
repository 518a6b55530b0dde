import { invisible, type Reading } from "./reading.ts";

const longestText = 10_000;
const longestLink = 500;
const mostLinks = 10;

const host = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}_-]*\.)+\p{L}{2,24}(?::\d{1,5})?`;
const address = new RegExp(String.raw`^https?://${host}(?:[/?#]\S*)?$`, "iu");
/** Without a scheme a path makes it an address; `merci.Bonne` is none. */
const bareAddress = new RegExp(String.raw`^(?:www\.${host}|${host}/\S*)$`, "iu");
const bareHost =
  /^[\p{L}\p{N}](?:[\p{L}\p{N}_-]*\.)+(?:com|net|org|fr|se|be|ch|eu|uk|de|no|dk|fi|es|it|nl|ca|us|tv|me|io|co|app|gg|fm|ly|to|link|bio|page|shop|store|site|online|live|social|info|biz)$/iu;
const handle = /^@[\p{L}\p{N}_](?:[\p{L}\p{N}._-]{0,58}[\p{L}\p{N}_])$/u;

/**
 * The addresses and @names in a free text, as typed, in order and once each.
 * Only http and https. They are text for people to look at: never fetched.
 */
export function readLinks(text: string): Reading<string[]> {
  if (text.length > longestText) return { fault: "tooLong", values: { max: longestText } };
  const words = text
    .replace(invisible, "")
    .split(/[\s\p{Cc},;<>"«»“”|]+/u)
    .map(trimmed)
    .filter((word) => word !== "");
  if (words.length === 0) return { fault: "empty" };

  const links = new Map<string, string>();
  for (const word of words.filter(isLink)) {
    if (!links.has(identity(word))) links.set(identity(word), word);
  }
  const found = [...links.values()];
  if (found.length === 0) return { fault: "noLink" };
  if (found.length > mostLinks) return { fault: "tooMany", values: { max: mostLinks } };
  if (found.some((link) => link.length > longestLink))
    return { fault: "tooLong", values: { max: longestLink } };
  return { value: found };
}

const isLink = (word: string): boolean =>
  address.test(word) || bareAddress.test(word) || bareHost.test(word) || handle.test(word);

/** Without brackets and the sentence's punctuation around it. */
const trimmed = (word: string): string =>
  word.replace(/^['’([{*]+/u, "").replace(/[.!?:)\]}*'’…]{1,20}$/u, "");

/** What two ways of writing the same address share; a path's capitals count. */
function identity(link: string): string {
  const bare = link.replace(/^https?:\/\//i, "").replace(/^www\./i, "");
  const [name = ""] = bare.split(/[/?#]/, 1);
  return name.toLowerCase() + bare.slice(name.length).replace(/\/$/, "");
}
