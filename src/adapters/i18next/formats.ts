import type { Language } from "../../core/language.ts";
import type { Texts } from "../../core/texts.ts";

/** Whose habits: a language alone would give English the American order of dates. */
const locales: Record<Language, string> = { fr: "fr-FR", sv: "sv-SE", en: "en-GB" };

const day = { day: "numeric", month: "long", year: "numeric" } as const;
const dayAndTime = { ...day, hour: "2-digit", minute: "2-digit", timeZoneName: "short" } as const;

/** Figures, sums, dates and lists as people of this language write them. */
export function createFormats(
  language: Language,
): Pick<Texts, "figure" | "money" | "date" | "moment" | "list" | "alternatives"> {
  const locale = locales[language];
  const figures = kept(() => new Intl.NumberFormat(locale));
  const lists = kept(
    (type: "conjunction" | "disjunction") => new Intl.ListFormat(locale, { type }),
  );
  const sums = kept((currency: string) => {
    const sum = new Intl.NumberFormat(locale, { style: "currency", currency });
    const minorUnits = 10 ** (sum.resolvedOptions().maximumFractionDigits ?? 2);
    return (amountMinor: number) => sum.format(amountMinor / minorUnits);
  });
  const dates = kept((timeZone: string) => new Intl.DateTimeFormat(locale, { ...day, timeZone }));
  const moments = kept(
    (timeZone: string) => new Intl.DateTimeFormat(locale, { ...dayAndTime, timeZone }),
  );
  // French says « 1er octobre »; Intl does not.
  const first = (text: string) => (language === "fr" ? text.replace(/^1 /u, "1er ") : text);
  return {
    figure: (value) => figures("plain").format(value),
    money: (amountMinor, currency) => sums(currency)(amountMinor),
    date: (at, timeZone) => first(dates(timeZone).format(at)),
    moment: (at, timeZone) => first(moments(timeZone).format(at)),
    list: (items) => lists("conjunction").format(items),
    alternatives: (items) => lists("disjunction").format(items),
  };
}

/** Building an Intl formatter costs far more than using it, so each is built once, and not before it is used. */
function kept<Name extends string, Formatter>(
  build: (name: Name) => Formatter,
): (name: Name) => Formatter {
  const built = new Map<Name, Formatter>();
  return (name) => {
    const formatter = built.get(name) ?? build(name);
    built.set(name, formatter);
    return formatter;
  };
}
