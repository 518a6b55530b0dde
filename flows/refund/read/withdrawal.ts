import { fold } from "./reading.ts";

/** What a withdrawal is looked for in; the law asks for no form, but people state it early. */
const longestRead = 4000;

/**
 * A statement that the customer withdraws from the contract. It needs no
 * form, so plain words count; a mere question about the right does too, as a
 * person then answers it and nobody is refused.
 */
const declared =
  /\bje (?:me )?retract\w*|\bje (?:souhaite|veux|voudrais|desire|tiens a|vais) (?:me |exercer (?:mon |le )?droit de )retract\w*|\bdroit de retractation\b|\bdelai de retractation\b|\bformulaire de retractation\b|\bjag angrar (?:mitt |hela |det har )?(?:kop|avtal|bestallning)\w*|\bangerratt\w*|\bangra (?:mitt )?(?:kop|avtal)\w*|\bdistansavtalslag\w*|\bfrantrad\w+ (?:fran )?avtal\w*|\bfrantrader avtal\w*|\b(?:i|we) (?:hereby |want to |wish to |would like to )?withdraw from (?:the|my|this) (?:contract|purchase|order|agreement)|\bright of withdrawal\b|\bright to withdraw\b/;

export function declaresWithdrawal(text: string): boolean {
  return declared.test(fold(text.slice(0, longestRead)));
}
