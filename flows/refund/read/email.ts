import { longestAnswer, normalise, type Reading } from "./reading.ts";

const longestEmail = 254;

const email =
  /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}{2,24}$/u;

/** The one e-mail address in a text, its domain in small letters. */
export function readEmail(text: string): Reading<string> {
  if (text.length > longestAnswer) return { fault: "tooLong", values: { max: longestAnswer } };
  const normal = normalise(text);
  if (!normal) return { fault: "empty" };

  const found = new Set(emailsIn(normal));
  const [address, another] = found.size > 0 ? found : emailsIn(normal.replace(/ ?@ ?/g, "@"));
  if (another !== undefined) return { fault: "severalEmails" };
  return address === undefined ? { fault: "noEmail" } : { value: address };
}

const emailsIn = (normal: string): string[] =>
  normal
    .split(/[\s,;<>()[\]"«»“”]+|mailto:/iu)
    .map((word) => word.replace(/^[.:'*]+/, "").replace(/[.:!?'*…]{1,20}$/u, ""))
    .filter((word) => word.length <= longestEmail && word.indexOf("@") <= 64 && email.test(word))
    .map((word) => {
      const at = word.lastIndexOf("@");
      return word.slice(0, at) + word.slice(at).toLowerCase();
    });
