import { z } from "zod";
import { parseBusinessHours } from "./core/calendar.ts";
import { languages } from "./core/language.ts";

const address = (example: string) =>
  z.url({
    protocol: /^https?$/u,
    error: `must be a web address with http:// or https://, such as ${example}`,
  });

/** How many messages may go out in a time. */
const pace = (most: number) =>
  z
    .string()
    .regex(/^\d{1,5}(?:\.\d{1,3})?$/u, "must be a number, such as 30")
    .transform(Number)
    .refine(
      (value) => value > 0 && value <= most,
      `must be more than 0 and at most ${most}, such as 1`,
    );

const hoursFrom = (example: string) =>
  z
    .string()
    .regex(/^\d{1,4}(?:\.\d)?$/u, `must be a number of hours, such as ${example}`)
    .transform(Number)
    .refine((value) => value > 0, `must be more than 0 hours, such as ${example}`);

const passing = (test: (value: string) => boolean, fault: string) => z.string().refine(test, fault);

/** Every setting by the name of its variable; `.env.example` says what each does, and a test compares the two. */
export const settings = z.object({
  HOST: z
    .string()
    .regex(
      /^[\w.:-]+$/u,
      "must be an address or a host name to listen on, such as 127.0.0.1 or 0.0.0.0",
    )
    .default("127.0.0.1"),
  PORT: passing(
    (port) => /^\d{1,5}$/u.test(port) && Number(port) <= 65_535,
    "must be a port from 0 to 65535 (0 takes a free one), such as 3000",
  )
    .transform(Number)
    .default(3000),
  PUBLIC_URL: address("https://chat.viplikes.net")
    .regex(
      /^[^/]+:\/\/[^/?#@]+\/?$/u,
      "must have no path, user or query, such as https://chat.viplikes.net",
    )
    .transform((url) => url.replace(/\/$/u, "").toLowerCase())
    .optional(),
  DATA_DIR: passing(
    (folder) => !folder.includes("\0"),
    "must be a folder's path, such as data",
  ).default("data"),
  REDIS_URL: z
    .url({
      protocol: /^(?:rediss?|unix)$/u,
      error:
        "must be an address with redis://, rediss:// or unix://, such as redis://127.0.0.1:6379",
    })
    .optional(),
  REDIS_UNSAFE: z
    .enum(["refuse", "accept"], "must be refuse or accept, such as refuse")
    .default("refuse"),
  EVIDENCE_S3_URL: z
    .url({
      protocol: /^https?$/u,
      error:
        "must be an address with a bucket, such as https://s3.eu-west-3.amazonaws.com/my-bucket",
    })
    .regex(
      // Without TLS customers' pictures could be read on the way; a host without a point is on a network of our own.
      /^(?:https:\/\/[^/?#@]+|http:\/\/(?:127\.0\.0\.1|[\w-]+)(?::\d+)?)(?:\/[\w.-]+)+\/?$/u,
      "must have https://, a bucket as its path and neither query nor user, such as https://s3.eu-west-3.amazonaws.com/my-bucket",
    )
    .transform((url) => url.replace(/\/$/u, ""))
    .optional(),
  EVIDENCE_S3_REGION: z
    .string()
    .regex(/^[\w-]{1,60}$/u, "must be a region of the storage, such as eu-west-3")
    .default("us-east-1"),
  EVIDENCE_S3_KEY_ID: z
    .string()
    .regex(/^[\w.+/=-]{3,128}$/u, "must be the id of an access key, such as AKIAIOSFODNN7EXAMPLE")
    .optional(),
  EVIDENCE_S3_SECRET_KEY: z
    .string()
    .regex(
      /^[^\p{C}\s]{6,256}$/u,
      "must be the secret of that access key, such as what the storage showed with it",
    )
    .optional(),
  LOG_LEVEL: z
    .enum(["error", "warn", "info", "silent"], "must be error, warn, info or silent, such as info")
    .default("info"),
  SHOP_NAME: z
    .string()
    .regex(
      /^[^\p{C}]{1,60}$/u,
      "must be a name of at most 60 characters on one line, such as Viplikes",
    )
    .default("Viplikes"),
  SHOP_URL: address("https://viplikes.net").default("https://viplikes.net"),
  POLICY_URL: address("https://viplikes.net/refund-policy").default(
    "https://viplikes.net/refund-policy",
  ),
  PRIVACY_URL: address("https://viplikes.net/privacy-policy").default(
    "https://viplikes.net/privacy-policy",
  ),
  SUPPORT_EMAIL: z
    .email("must be an e-mail address, such as support@viplikes.net")
    .default("support@viplikes.net"),
  SHOP_ACCENT: z
    .string()
    .regex(
      /^#[\da-f]{6}$/iu,
      'must be a colour as # and six hexadecimal digits, in quotes in a file, such as "#1f5f8b"',
    )
    .default("#1f5f8b"),
  DEFAULT_LANGUAGE: z
    .enum(languages, `must be one of ${languages.join(", ")}, such as fr`)
    .default("fr"),
  TIME_ZONE: passing(
    isTimeZone,
    "must be a time zone of the IANA list, such as Europe/Paris",
  ).default("Europe/Paris"),
  CURRENCY: passing(
    (code) => Intl.supportedValuesOf("currency").includes(code),
    "must be a currency's code of ISO 4217, such as EUR or SEK",
  ).default("EUR"),
  BUSINESS_HOURS: z
    .string()
    .default("mon-fri 09:00-17:00")
    .transform((text, context) => {
      const hours = parseBusinessHours(text);
      if (hours) return hours;
      context.addIssue("must be days and hours, such as mon-fri 09:00-17:00");
      return z.NEVER;
    }),
  ORDER_NUMBER_PATTERN: z
    .string()
    .superRefine((pattern, context) => {
      const fault = patternFault(pattern);
      if (fault) context.addIssue(`${fault}, such as \\d{5,9} or VL-[A-Z0-9]{4,10}`);
    })
    .default(String.raw`\d{5,9}`),
  DESK_REMIND_MINUTES: z
    .string()
    .regex(/^\d{1,5}$/u, "must be a number of minutes, such as 30, or 0 for never")
    .transform(Number)
    .default(30),
  DESK_FIRST_ANSWER_HOURS: hoursFrom("8").optional(),
  DESK_RESOLUTION_HOURS: hoursFrom("40").default(40),
  /** The older name of DESK_FIRST_ANSWER_HOURS. */
  DESK_TARGET_HOURS: hoursFrom("8").optional(),
  DESK_APPROVAL_AMOUNT: z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,3})?$/u, "must be an amount in CURRENCY, such as 100 or 99.50")
    .transform(Number)
    .optional(),
  DESK_TELEGRAM_CHAT: z
    .string()
    .regex(
      /^-\d{5,20}$/u,
      "must be the id of a group with topics, which begins with -100, such as -1001234567890",
    )
    .optional(),
  DESK_DISCORD_CHANNEL: z
    .string()
    .regex(/^\d{15,20}$/u, "must be the id of a forum channel, such as 1312345678901234567")
    .optional(),
  DESK_LANGUAGE: z.enum(languages, `must be one of ${languages.join(", ")}, such as fr`).optional(),
  DESK_REPLIES: z
    .enum(
      ["marked", "all"],
      "must be marked (only what follows /reply goes to the customer) or all (everything but what begins with //), such as marked",
    )
    .default("marked"),
  AGENTS_FILE: z
    .string()
    .regex(/^\P{C}+$/u, "must be a file's path, such as agents.json")
    .optional(),
  CANNED_ANSWERS: z
    .string()
    .regex(/^\P{C}+$/u, "must be a folder's path, such as answers")
    .optional(),
  OIDC_ISSUER: z
    .url({
      protocol: /^https?$/u,
      error: "must be the issuer's address with https://, such as https://discord.com",
    })
    .regex(
      // Without TLS anybody on the way could log in as anybody; this machine is no way.
      /^(?:https:\/\/[^?#@]+|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(?:\/[^?#@]*)?)$/u,
      "must have https:// and neither query nor user, such as https://discord.com",
    )
    .optional(),
  OIDC_CLIENT_ID: z
    .string()
    .regex(/^[^\p{C}]{1,255}$/u, "must be the id that the provider gave, such as ombud")
    .optional(),
  OIDC_CLIENT_SECRET: z
    .string()
    .regex(
      /^[^\p{C}]{8,1024}$/u,
      "must be the secret that the provider gave, such as 32 letters and digits",
    )
    .optional(),
  OIDC_LABEL: z
    .string()
    .regex(/^[^\p{C}]{1,40}$/u, "must be a name of at most 40 characters, such as Discord")
    .optional(),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(
      /^\d{1,20}:[\w-]{20,100}$/u,
      "must be a token of @BotFather, such as 123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    )
    .optional(),
  TELEGRAM_API_ROOT: address("https://api.telegram.org")
    .transform((url) => url.replace(/\/$/u, ""))
    .default("https://api.telegram.org"),
  TELEGRAM_WEBHOOK_URL: z
    .url({
      protocol: /^https?$/u,
      error: "must be a web address with https://, such as https://chat.viplikes.net/telegram",
    })
    .regex(
      // Without TLS the secret could be read on the way; a local Bot API server is no way.
      /^(?:https:\/\/[^/?#@]+|http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?)\/telegram[\w/-]*$/u,
      "must have https:// and a path that begins with /telegram, such as https://chat.viplikes.net/telegram",
    )
    .optional(),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^[\w-]{32,256}$/u,
      "must be 32 to 256 letters, digits, _ and -, drawn at random, such as what `openssl rand -hex 32` prints",
    )
    .optional(),
  TELEGRAM_PER_SECOND: pace(10_000).default(30),
  TELEGRAM_CHAT_PER_SECOND: pace(10_000).default(1),
  TELEGRAM_GROUP_PER_MINUTE: pace(60_000).default(20),
  DISCORD_BOT_TOKEN: z
    .string()
    .regex(
      /^[\w-]{10,100}\.[\w-]{4,20}\.[\w-]{20,100}$/u,
      "must be a bot’s token of the developer portal, such as MTIzNDU2Nzg5MDEyMzQ1Njc4.GxYzAb.30-or-more-letters-and-digits",
    )
    .optional(),
  DISCORD_API_ROOT: address("https://discord.com/api")
    .transform((url) => url.replace(/\/$/u, ""))
    .default("https://discord.com/api"),
  DISCORD_SUPPORT_CHANNEL: z
    .string()
    .regex(/^\d{15,20}$/u, "must be the id of a text channel, such as 1312345678901234567")
    .optional(),
  DISCORD_SHARDS: z
    .string()
    .default("auto")
    .transform((text, context) => {
      const shards = readShards(text);
      if (shards) return shards;
      context.addIssue(
        `must be a number of shards, or this process’s of a number, ${shardsExample}`,
      );
      return z.NEVER;
    }),
});

const shardsExample = "such as auto, 4 or 0-1/4";

/** `auto`, a count, or this process's of a count; undefined for what is none. */
function readShards(text: string): Shards | undefined {
  if (text === "auto") return {};
  const [, first = "", last = first, of] =
    /^(?:(\d{1,4})(?:-(\d{1,4}))?\/)?(\d{1,4})$/u.exec(text) ?? [];
  const count = Number(of);
  if (!of || count === 0) return undefined;
  if (first === "") return { count };
  const ids = { start: Number(first), end: Number(last) };
  return ids.start <= ids.end && ids.end < count ? { count, ids } : undefined;
}

interface Shards {
  count?: number;
  ids?: { start: number; end: number };
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Z]/iu.test(name) && Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Why a pattern may not be used on what customers type. A pattern without
 * repeated groups and open-ended repeats has at most as many ways to match at
 * one place as the product of its choices, so bounding the product bounds the time.
 */
function patternFault(pattern: string): string | undefined {
  if (pattern.length > 100) return "must be at most 100 characters";
  try {
    if (new RegExp(pattern, "u").test("")) return "must not match an empty text";
  } catch {
    return "must be a regular expression";
  }
  const shape = pattern
    .replace(/\\./gu, "x")
    .replace(/\[[^\]]*\]/gu, "x")
    .replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/gu, "(");
  if (/\)[*+{]/u.test(shape)) return "must not repeat a group";
  if (/[*+]|\{\d+,\}/u.test(shape))
    return "must say how often at most, with {1,20} in place of + and *";
  if (/\d{3}[,}]/u.test(shape)) return "must not repeat anything a hundred times";
  const repeats = [...shape.matchAll(/\{(\d+),(\d+)\}|[?|]/gu)];
  const ways = repeats.reduce(
    (product, [, least, most]) => product * (most ? Number(most) - Number(least) + 1 : 2),
    1,
  );
  return ways > 1000 ? "must be simpler, with fewer and shorter repeats" : undefined;
}
