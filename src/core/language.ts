/** The languages that the bot speaks; each is a folder in `locales/`. */
export const languages = ["fr", "sv", "en"] as const;

export type Language = (typeof languages)[number];

export const isLanguage = (value: unknown): value is Language =>
  languages.includes(value as Language);

/** The first language of a preference list such as `Accept-Language` that the bot speaks; undefined if none is. */
export function preferredLanguage(header: string): Language | undefined {
  return header
    .split(",")
    .map((part) => {
      const [tag = "", quality = "q=1"] = part.trim().split(";");
      return {
        language: tag.slice(0, 2).toLowerCase(),
        quality: Number(quality.trim().slice(2)) || 0,
      };
    })
    .sort((a, b) => b.quality - a.quality)
    .map((wish) => wish.language)
    .find(isLanguage);
}
