import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { AgentHand } from "./agents.ts";
import { patience } from "./patience.ts";

const screenshot = fileURLToPath(new URL("../../fixtures/files/screenshot.png", import.meta.url));

/** An agent with the case's page open. */
export async function atConsole(page: Page, url: string, number: string): Promise<AgentHand> {
  await page.goto(`${url}/console/cases/${number}`);
  await page.locator(".act-taken, .act-released").first().waitFor();
  const send = async (text: string) => {
    await page.locator("#answer").fill(text);
    await page.locator(".answer button").click();
    await expect.poll(() => page.locator("#answer").inputValue(), patience).toBe("");
  };
  return {
    async take() {
      await page.locator(".act-taken button").click();
      await page.locator("#answer").waitFor();
    },
    says: send,
    async rewords(text) {
      const last = page.locator(".turn.agent:has(details[id^='reword'])").last();
      await last.locator("details[id^='reword'] summary").click();
      await last.locator("details[id^='reword'] textarea").fill(text);
      await last.locator("details[id^='reword'] button").click();
      await page.locator(".turn.agent", { hasText: text }).waitFor();
    },
    async sendsPicture(text) {
      await page.locator("#attach summary").click();
      // As a press does: what is in use stays when something new comes.
      await page.locator("#files").focus();
      await page.locator("#files").setInputFiles(screenshot);
      await page.locator("#chosen img").waitFor();
      await send(text);
    },
    asksForLink: () => page.locator("button[value=profileLink]").click(),
    async decides(reasons) {
      await page.locator("#decide summary").click();
      await page.locator("#outcome").selectOption("noRefund");
      const form = page.locator(".decision-form");
      await form.locator("[name=reasons]").fill(reasons);
      await form.locator("button").click();
      const preview = page.locator(".preview .update");
      await preview.waitFor();
      const text = await preview.innerText();
      await page.locator(".preview button").click();
      await page.locator(".mark.decided").first().waitFor();
      return text;
    },
    async closes() {
      await page.locator(".act-closed button").click();
      await page.locator(".act-reopened").waitFor();
    },
    screen: () => page.locator("body").innerText(),
    pictures: () => page.locator(".turn.customer .files img").count(),
  };
}
