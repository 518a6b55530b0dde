/** How many digits a currency has after the point. */
export const minorDigits = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
    .maximumFractionDigits ?? 2;

/** `1 234,50` and `1234.5`, in minor units; undefined for what is no amount. */
export function amountIn(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency);
  const bare = text.replace(/[\s\u00a0\u202f]/gu, "").replace(",", ".");
  const [, whole, part = ""] = /^(\d{1,9})(?:\.(\d{1,3}))?$/u.exec(bare) ?? [];
  if (whole === undefined || part.length > digits) return undefined;
  return Number(whole + part.padEnd(digits, "0"));
}

/** The amount for `amountIn` to read again; empty for none. */
export function amountText({
  amountMinor,
  currency = "EUR",
}: {
  amountMinor?: number;
  currency?: string;
}): string {
  return amountMinor === undefined
    ? ""
    : (amountMinor / 10 ** minorDigits(currency)).toFixed(minorDigits(currency));
}
