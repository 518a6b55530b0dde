import { openDiscordServer } from "../../test/support/discord/server.ts";
import { openDiscordDesk } from "../../test/support/discord-desk.ts";
import type { MeasuredDesk } from "./measured.ts";
import { customersAt } from "./customers.ts";

/** A forum on the local Discord; a card is there when its post is. */
export async function openDiscordForum(turns: number): Promise<MeasuredDesk> {
  const server = await openDiscordServer();
  server.guild.guild.maxActiveThreads = turns;
  const shop = await openDiscordDesk(server);
  const shownAt = new Map<string, number>();
  server.world.listen((happening) => {
    if (happening.type !== "channel-created" || happening.channel.parent !== server.forum) return;
    shownAt.set(happening.channel.name.split(" ")[0] ?? "", performance.now());
  });
  return {
    ...customersAt(shop.receiver, shop.store),
    oneIn: 1,
    shownAt,
    remark: () => "",
    async close() {
      await shop.close();
      await server.close();
    },
  };
}
