import { Hono } from "hono";
import { createConsole } from "../../src/adapters/console/console.ts";
import { createSoleOwner } from "../../src/adapters/files/agents.ts";
import { systemClock } from "../../src/adapters/node/clock.ts";
import { openSqliteStore } from "../../src/adapters/sqlite/store.ts";
import { createReceiver } from "../../src/app/receive.ts";
import { library, quiet, refund } from "../../test/support/shop.ts";
import { createWork } from "../../test/support/work.ts";
import type { MeasuredDesk } from "./measured.ts";
import { customersAt, webChannel } from "./customers.ts";

/** The queue open in a browser: a card is there when the page was told of the case and has fetched it. */
export async function openConsoleDesk(): Promise<MeasuredDesk> {
  const store = openSqliteStore(":memory:");
  const around = { flow: refund, store, texts: library, clock: systemClock, log: quiet };
  const receiver = createReceiver({
    ...around,
    defaultLanguage: "fr",
    committed(conversationId) {
      work.wake();
      desk.changed(conversationId);
    },
  });
  const work = createWork({ store, receiver, channels: [webChannel], clock: systemClock });
  const worker = work.start();
  const desk = createConsole({
    ...around,
    language: "fr",
    timeZone: "Europe/Paris",
    agents: createSoleOwner("Viplikes"),
    evidence: { original: async () => undefined, view: async () => undefined },
    addressOf: () => "192.0.2.1",
    act: receiver.act,
    keepEvidence: async () => ({ refused: "noRoom" }),
    topics: () => [],
    publicUrl: () => "http://localhost",
    charts: { flow: refund.id, pictures: [] },
  });
  const app = new Hono().route("/console", desk.app);
  const entered = await app.request(await desk.enterPath());
  const headers = { cookie: entered.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
  const shownAt = new Map<string, number>();

  async function fetchCase(number: string): Promise<void> {
    const page = await app.request(`/console/cases/${number}`, { headers });
    const text = await page.text();
    if (text.includes(number)) shownAt.set(number, performance.now());
  }
  /** As the page does it. */
  async function follow(opened: () => void): Promise<void> {
    const { body } = await app.request("/console/events", { headers });
    let rest = "";
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const frames = (rest + chunk).split("\n\n");
      rest = frames.pop() ?? "";
      opened();
      for (const frame of frames) {
        const told = /^data: (\{.*)$/mu.exec(frame)?.[1];
        const { news = [] } = JSON.parse(told ?? "{}") as { news?: { number: string }[] };
        for (const { number } of news) if (!shownAt.has(number)) await fetchCase(number);
      }
    }
  }
  await new Promise<void>((resolve) => void follow(resolve));

  return {
    ...customersAt(receiver, store),
    oneIn: 1,
    shownAt,
    remark: () => "",
    async close() {
      desk.close();
      await worker.stop();
      await store.close();
    },
  };
}
