/** Without the pairs that sound or look alike: no 0 O, 1 I L. */
const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const length = 5;

/**
 * `RF-7K2QM` from 32 random bits in hex: 28 million numbers, readable over a
 * phone. `nth` tells cases apart where one turn opens two.
 */
export function caseNumber(dice: string, nth = 0): string {
  let rest = Number.parseInt(dice, 16) + nth;
  let number = "";
  for (let i = 0; i < length; i++) {
    number += alphabet[rest % alphabet.length];
    rest = Math.floor(rest / alphabet.length);
  }
  return `RF-${number}`;
}
