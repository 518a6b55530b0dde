import { fold } from "./reading.ts";

/** What a withdrawal is looked for in; the law asks for no form, but people state it early. */
const longestRead = 4000;

/** A statement, in the first person, that the customer withdraws from the contract. The law asks for no form. */
const declared = anyOf([
  String.raw`\bje (?:me )?retract\w*`,
  String.raw`\bje (?:souhaite|veux|voudrais|desire|tiens a|vais) (?:me retract|exercer (?:mon|le) droit de retract)\w*`,
  String.raw`\bj'exerce (?:mon|le) droit de retract\w*`,
  String.raw`\bjag (?:vill )?angra?r? (?:mitt |hela |det har )?(?:kop|avtal|bestallning)\w*`,
  String.raw`\bjag (?:vill )?(?:anvander?|utnyttjar?|utovar?) min angerratt`,
  String.raw`\bjag (?:vill )?frantrad(?:er|a) (?:fran )?(?:avtal|kop)\w*`,
  String.raw`\b(?:i|we) (?:hereby |want to |wish to |would like to )?withdraw from (?:the|my|this) (?:contract|purchase|order|agreement)`,
  String.raw`\b(?:i|we) (?:hereby )?(?:exercise|want to (?:exercise|use)) (?:my|our) right (?:of withdrawal|to withdraw)`,
]);

/** The right is spoken of, perhaps in a question: whoever means it confirms it. */
const mentioned = anyOf([
  String.raw`\b(?:droit|delai|formulaire) de retract\w*`,
  String.raw`\bretractation\b`,
  String.raw`\banger(?:ratt|vecka|blankett)\w*`,
  String.raw`\bdistansavtalslag\w*`,
  String.raw`\bright (?:of withdrawal|to withdraw)\b`,
]);

function anyOf(patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join("|"));
}

export function readWithdrawal(text: string): "declared" | "mentioned" | undefined {
  const said = fold(text.slice(0, longestRead));
  if (declared.test(said)) return "declared";
  return mentioned.test(said) ? "mentioned" : undefined;
}
