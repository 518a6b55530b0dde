import type { z } from "zod";
import { minorDigits } from "./core/amount.ts";
import { BadConfig } from "./core/errors.ts";
import { settings } from "./settings.ts";

type Settings = z.infer<typeof settings>;

export type Config = ReturnType<typeof readConfig>;

/**
 * The settings, each unset or empty one by its default.
 *
 * @throws BadConfig with every fault at once.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>) {
  const given = Object.entries(environment)
    .map(([name, value = ""]) => [name, value.trim()])
    .filter(([, value]) => value !== "");
  const read = settings.safeParse(Object.fromEntries(given));
  if (!read.success)
    throw new BadConfig(
      read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    );
  const found = read.data;
  return {
    telegram: telegramOf(found),
    discord: discordOf(found),
    host: found.HOST,
    port: found.PORT,
    /** An origin without a slash at its end; undefined when the bot is reached where it listens. */
    publicUrl: found.PUBLIC_URL,
    dataDir: found.DATA_DIR,
    /** Undefined where the store is in `dataDir`. */
    redis:
      found.REDIS_URL === undefined
        ? undefined
        : { url: found.REDIS_URL, acceptUnsafe: found.REDIS_UNSAFE === "accept" },
    /** Undefined where customers' pictures and files are in `dataDir`. */
    evidenceS3: evidenceS3Of(found),
    logLevel: found.LOG_LEVEL,
    shopName: found.SHOP_NAME,
    shopUrl: found.SHOP_URL,
    policyUrl: found.POLICY_URL,
    privacyUrl: found.PRIVACY_URL,
    supportEmail: found.SUPPORT_EMAIL,
    /** `#rrggbb`; whoever shows it sees to the contrast. */
    shopAccent: found.SHOP_ACCENT,
    defaultLanguage: found.DEFAULT_LANGUAGE,
    timeZone: found.TIME_ZONE,
    currency: found.CURRENCY,
    businessHours: found.BUSINESS_HOURS,
    /** In time in which the shop is open. */
    targets: {
      remindMinutes: found.DESK_REMIND_MINUTES,
      firstAnswerHours: found.DESK_FIRST_ANSWER_HOURS ?? found.DESK_TARGET_HOURS ?? 8,
      resolutionHours: found.DESK_RESOLUTION_HOURS,
    },
    /** From this sum on a decision needs a second person; absent where none ever does. */
    ...(found.DESK_APPROVAL_AMOUNT !== undefined && {
      approvalAmountMinor: Math.round(
        found.DESK_APPROVAL_AMOUNT * 10 ** minorDigits(found.CURRENCY),
      ),
    }),
    /** The source of a regular expression, not anchored, that compiles with the flag `u` and matches in bounded time. */
    orderNumberPattern: found.ORDER_NUMBER_PATTERN,
    /** The list of who works at the desk; undefined where that is the owner alone. */
    agentsFile: found.AGENTS_FILE,
    /** The folder of the shop's own canned answers; undefined where it has none. */
    cannedAnswers: found.CANNED_ANSWERS,
    /** Where agents work beside the console, each undefined where they don't. */
    desks: {
      telegramChat: found.DESK_TELEGRAM_CHAT,
      discordChannel: found.DESK_DISCORD_CHANNEL,
      /** What the threads are written in. */
      language: found.DESK_LANGUAGE ?? found.DEFAULT_LANGUAGE,
      /** Only what is marked as a reply goes to the customer; otherwise all but what is marked as a note. */
      repliesAreMarked: found.DESK_REPLIES === "marked",
    },
    oidc: oidcOf(found),
  };
}

/** Undefined where customers' pictures and files are on the disk. */
function evidenceS3Of(found: Settings) {
  if (found.EVIDENCE_S3_URL === undefined) return undefined;
  const { EVIDENCE_S3_KEY_ID: keyId, EVIDENCE_S3_SECRET_KEY: secretKey } = found;
  if (keyId === undefined || secretKey === undefined)
    throw new BadConfig(
      ["EVIDENCE_S3_KEY_ID", "EVIDENCE_S3_SECRET_KEY"]
        .filter((name) => found[name as keyof typeof found] === undefined)
        .map(
          (name) =>
            `${name}: must be set with EVIDENCE_S3_URL, such as what the storage gives for an access key`,
        ),
    );
  return { url: found.EVIDENCE_S3_URL, region: found.EVIDENCE_S3_REGION, keyId, secretKey };
}

/** Undefined where the link of the start is the only way into the console. */
function oidcOf(found: Settings) {
  if (found.OIDC_ISSUER === undefined) return undefined;
  const { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, PUBLIC_URL: url } = found;
  const missing = [
    ...(clientId === undefined
      ? ["OIDC_CLIENT_ID: must be set with OIDC_ISSUER, such as ombud"]
      : []),
    ...(clientSecret === undefined
      ? [
          "OIDC_CLIENT_SECRET: must be set with OIDC_ISSUER, such as what the provider shows with the id",
        ]
      : []),
    ...(url === undefined
      ? [
          "PUBLIC_URL: must be set with OIDC_ISSUER, for the provider sends people back there, such as https://chat.viplikes.net",
        ]
      : []),
    ...(found.AGENTS_FILE === undefined
      ? ["AGENTS_FILE: must be set with OIDC_ISSUER, or nobody could log in, such as agents.json"]
      : []),
  ];
  if (
    clientId === undefined ||
    clientSecret === undefined ||
    url === undefined ||
    missing.length > 0
  )
    throw new BadConfig(missing);
  return {
    issuer: found.OIDC_ISSUER,
    clientId,
    clientSecret,
    label: found.OIDC_LABEL ?? new URL(found.OIDC_ISSUER).host,
    /** To be entered at the provider, exactly. */
    redirectUri: `${url}/console/login/callback`,
  };
}

/** Undefined where no customer is served on Discord. */
function discordOf(found: Settings) {
  const { DISCORD_SUPPORT_CHANNEL: supportChannel } = found;
  if (found.DISCORD_BOT_TOKEN === undefined && found.DESK_DISCORD_CHANNEL !== undefined)
    throw new BadConfig([
      "DISCORD_BOT_TOKEN: must be set with DESK_DISCORD_CHANNEL, for the bot works there too",
    ]);
  if (found.DISCORD_BOT_TOKEN === undefined) return undefined;
  return {
    token: found.DISCORD_BOT_TOKEN,
    apiRoot: found.DISCORD_API_ROOT,
    ...(supportChannel !== undefined && { supportChannel }),
    shards: found.DISCORD_SHARDS,
  };
}

/** Undefined where no customer is served on Telegram. */
function telegramOf(found: Settings) {
  const { TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = found;
  if (found.TELEGRAM_BOT_TOKEN === undefined && found.DESK_TELEGRAM_CHAT !== undefined)
    throw new BadConfig([
      "TELEGRAM_BOT_TOKEN: must be set with DESK_TELEGRAM_CHAT, for the bot works there too",
    ]);
  if (found.TELEGRAM_BOT_TOKEN === undefined) return undefined;
  if (url !== undefined && secret === undefined)
    throw new BadConfig([
      "TELEGRAM_WEBHOOK_SECRET: must be set with TELEGRAM_WEBHOOK_URL, or anybody could send updates; such as what `openssl rand -hex 32` prints",
    ]);
  return {
    token: found.TELEGRAM_BOT_TOKEN,
    apiRoot: found.TELEGRAM_API_ROOT,
    ...(url !== undefined && secret !== undefined && { webhook: { url, secret } }),
    pace: {
      perSecond: found.TELEGRAM_PER_SECOND,
      chatPerSecond: found.TELEGRAM_CHAT_PER_SECOND,
      groupPerMinute: found.TELEGRAM_GROUP_PER_MINUTE,
    },
  };
}
