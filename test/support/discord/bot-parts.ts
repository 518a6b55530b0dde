import { Client, GatewayIntentBits } from "@discordjs/core";
import { REST } from "@discordjs/rest";
import { type SessionInfo, WebSocketManager } from "@discordjs/ws";
import type { DiscordServer } from "./server.ts";

/** What a process would keep on its disk. */
export type Sessions = Map<number, SessionInfo>;

const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
export const usualIntents = Guilds | GuildMessages | DirectMessages | MessageContent;

/** discord.js's own parts, put together as a bot has them. */
export function openParts(
  server: Pick<DiscordServer, "api" | "token">,
  options: {
    intents?: number;
    sessions?: Sessions;
    gatewayToken?: string;
    shardCount?: number;
  } = {},
) {
  const sessions: Sessions = options.sessions ?? new Map();
  const rest = new REST({
    version: "10",
    api: server.api,
    retries: 0,
    globalRequestsPerSecond: 10_000,
  }).setToken(server.token);
  const gateway = new WebSocketManager({
    token: options.gatewayToken ?? server.token,
    intents: options.intents ?? usualIntents,
    rest,
    shardCount: options.shardCount ?? null,
    retrieveSessionInfo: (id) => sessions.get(id) ?? null,
    updateSessionInfo: (id, info) => {
      if (info === null) sessions.delete(id);
      else sessions.set(id, info);
    },
  });
  const client = new Client({ rest, gateway });
  return { rest, gateway, client, api: client.api, sessions };
}

export type Parts = ReturnType<typeof openParts>;
