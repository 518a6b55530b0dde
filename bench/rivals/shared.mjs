// What the rivals share: the words and buttons that Ombud has in the same conversation, and the Redis.
import { readFileSync } from "node:fs";
import { createClient } from "redis";

const { questions } = JSON.parse(readFileSync(new URL("dialogue.json", import.meta.url), "utf8"));
/** How many turns a conversation has; a longer one goes through the questions again. */
export const turns = Number(process.env.TURNS ?? questions.length);
export const questionAt = (turn) => questions[turn % questions.length];
export const token = process.env.TELEGRAM_BOT_TOKEN;
export const apiRoot = process.env.TELEGRAM_API_ROOT;

export const inline = ({ buttons }) => ({ reply_markup: { inline_keyboard: buttons } });

/** What was said or pressed. */
export const answerOf = ({ message, callbackQuery }) => message?.text ?? callbackQuery?.data ?? "";

const url = process.env.REDIS_URL;
export const redis = createClient(
  url.startsWith("unix:") ? { socket: { path: new URL(url).pathname } } : { url },
);
await redis.connect();

/** What is kept between two turns, as JSON. */
export const storage = {
  read: async (key) => JSON.parse((await redis.get(`s:${key}`)) ?? "null") ?? undefined,
  write: (key, value) => redis.set(`s:${key}`, JSON.stringify(value)),
  delete: (key) => redis.del(`s:${key}`),
};
