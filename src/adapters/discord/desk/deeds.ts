import { ButtonStyle, type APIModalInteractionResponseCallbackData } from "@discordjs/core";
import { wantedThings, type ActContent } from "../../../core/act.ts";
import type { Deed } from "../../../core/desk.ts";
import type { Case } from "../../../core/case.ts";
import { ownQuestion, wantedMenu } from "./asking.ts";
import { rowsOf, within } from "./card.ts";
import type { Deciding } from "./deciding.ts";
import { type Acting, keyOf, type Press, refusalText } from "./press.ts";
import { button } from "./preview.ts";
import type { Replying } from "./replying.ts";

/** A form can't follow a sign that the bot thinks, and has to come within three seconds. */
const answerWithinMs = 1500;
const longestNote = 1900;

/** What a card's buttons and the commands of the same names do. */
export interface Deeds {
  begin(press: Press, deed: Deed): Promise<void>;
  /** Of the menu of what can be asked for. */
  want(press: Press, thing: string): Promise<void>;
  /** Carries it out at once and says so, or why not. */
  now(press: Press, content: ActContent, key?: string, done?: string): Promise<void>;
  /** A note that everybody in the post reads, as what is written there is. */
  note(press: Press, text: string): Promise<void>;
  /** Shows the form of this case in time, or says that it has to be pressed again. */
  open(
    press: Press,
    what: Parameters<Acting["meet"]>[1],
    formOf: (entry: Case) => APIModalInteractionResponseCallbackData,
  ): Promise<void>;
}

export function createDeeds(parts: {
  acting: Acting;
  replying: Replying;
  deciding: Deciding;
  sleep: (ms: number) => { done: Promise<void>; abort: () => void };
}): Deeds {
  const { acting, replying, deciding, sleep } = parts;

  const deeds: Deeds = {
    async begin(press, deed) {
      switch (deed) {
        case "take":
          return deeds.now(press, { type: "taken" });
        case "takeOver":
          return deeds.now(press, { type: "taken", over: true });
        case "release":
          return deeds.now(press, { type: "released" });
        case "reopen":
          return deeds.now(press, { type: "reopened" });
        case "decline":
          return deeds.now(press, { type: "declined" });
        case "approve":
          return deciding.proposal(press);
        case "reply":
          return deeds.open(press, said, (entry) => replying.form(entry, press.words, "replied"));
        case "ask":
          return ask(press);
        case "decide":
          return decide(press);
        case "close":
          return close(press);
      }
    },

    async want(press, thing) {
      if (thing === ownQuestion)
        return deeds.open(press, said, (entry) => replying.form(entry, press.words, "question"));
      const wanted = wantedThings.find((one) => one === thing);
      if (!wanted) return;
      const key = keyOf(answered(press));
      await deeds.now(press, { type: "asked", wanted }, key, "discord:desk.asked");
    },

    async now(press, content, key, done) {
      const { answer, words } = press;
      await answer.begin();
      const refusal = await acting.act(press, content, key);
      if (refusal) return answer.show({ content: refusalText(refusal, words) });
      // The post and its card tell it to everybody.
      if (done === undefined) await answer.drop();
      else await answer.show({ content: words.text(done) });
    },

    async note(press, text) {
      const { answer, words } = press;
      const content: ActContent = { type: "noted", text };
      // An answer that all may read can't become one that they may not.
      const foreseen = await soon(acting.foresee(press, content));
      if (foreseen && "reason" in foreseen)
        return answer.show({ content: refusalText(foreseen, words) });
      await answer.begin({ openly: true });
      const refusal = await acting.act(press, content);
      await answer.show({
        content: refusal
          ? refusalText(refusal, words)
          : `📝 ${within([{ text, as: "words" }], longestNote)}`,
      });
    },

    async open(press, what, formOf) {
      const { answer, words } = press;
      const looked = await soon(acting.meet(press, what).then((met) => ({ met })));
      if (!looked) return answer.show({ content: words.text("discord:pressAgain") });
      const { met } = looked;
      if (!met) return;
      await answer.open(formOf(met.entry));
    },
  };
  return deeds;

  /** Undefined when it takes longer than may be waited for. */
  async function soon<T>(work: Promise<T>): Promise<T | undefined> {
    const late = sleep(answerWithinMs);
    try {
      return (await Promise.race([work, late.done])) ?? undefined;
    } finally {
      late.abort();
    }
  }

  async function ask(press: Press): Promise<void> {
    await press.answer.begin();
    const met = await acting.meet(press, asked);
    if (met) await press.answer.show(wantedMenu(press.words));
  }

  async function decide(press: Press): Promise<void> {
    await press.answer.begin();
    const met = await acting.meet(press, ({ factsRevision }) => provisional(factsRevision));
    if (met) await press.answer.show(deciding.menu(met.entry, press.words));
  }

  async function close(press: Press): Promise<void> {
    const { answer, words } = press;
    await answer.begin();
    const met = await acting.meet(press, { type: "closed" });
    if (!met) return;
    await answer.show({
      content: words.text("discord:desk.close.sure", { number: met.entry.number }),
      components: rowsOf([
        button({ type: "closed" }, words.text("desk:button.close"), ButtonStyle.Danger),
        button({ type: "cancel" }, words.text("discord:desk.cancel"), ButtonStyle.Secondary),
      ]),
    });
  }
}

/** Stands for what is about to be written: whoever may not is told before they write in vain. */
const said: ActContent = { type: "said", text: "words" };
const asked: ActContent = { type: "asked", wanted: "screenshot" };

/** A decision that nothing is missing of. */
export const provisional = (seen: number): ActContent => ({
  type: "decided",
  decision: { outcome: "otherRemedy", clauses: ["1"], reasons: "words" },
  seen,
});

/** The answer on which it was pressed: a second press on it is no second deed. */
const answered = ({ interaction }: Press): { id: string } =>
  "message" in interaction && interaction.message ? interaction.message : interaction;
