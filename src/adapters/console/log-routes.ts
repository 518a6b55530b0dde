import { type Context, Hono } from "hono";
import type { Store } from "../../ports/store.ts";
import { renderAudit } from "./audit.ts";
import { renderDeliveries } from "./deliveries.ts";
import { pageLength, readBefore } from "./paging.ts";
import type { Words } from "./words.ts";

interface Parts {
  store: Pick<Store, "load" | "casesOf" | "listTroubledDeliveries" | "listAudit">;
  words: (c: Context) => Words;
}

/** What went wrong on the way to customers, and what was done at the desk. */
export function logRoutes({ store, words }: Parts): Hono {
  const app = new Hono();

  app.get("/deliveries", async (c) => {
    const before = readBefore(c.req.query("before"));
    const found = await store.listTroubledDeliveries({
      ...(before && { before: { at: before.at, messageId: before.id } }),
      limit: pageLength + 1,
    });
    const deliveries = found.slice(0, pageLength);
    const last = deliveries.at(-1);
    const older =
      last && found.length > pageLength
        ? `/console/deliveries?before=${last.at}.${encodeURIComponent(last.messageId)}`
        : undefined;
    const rows = await Promise.all(
      deliveries.map(async (delivery) => {
        const [conversation, [latest]] = await Promise.all([
          store.load(delivery.conversationId),
          store.casesOf(delivery.conversationId),
        ]);
        return { delivery, channel: conversation?.channel, number: latest?.number };
      }),
    );
    return c.html(renderDeliveries(words(c), { rows, older, isFirstPage: !before }));
  });

  app.get("/audit", async (c) => {
    const before = Number(/^\d{1,15}$/u.exec(c.req.query("before") ?? "")?.[0] ?? Number.NaN);
    const isFirstPage = Number.isNaN(before);
    const found = await store.listAudit({
      ...(!isFirstPage && { before }),
      limit: pageLength + 1,
    });
    const rows = found.slice(0, pageLength);
    const last = rows.at(-1);
    const older =
      last && found.length > pageLength ? `/console/audit?before=${last.seq}` : undefined;
    return c.html(renderAudit(words(c), { rows, older, isFirstPage }));
  });

  return app;
}
