import type { AnyStateMachine } from "xstate";
import { beforeAll, describe, expect, it } from "vitest";
import { chart } from "../../flows/refund/chart.ts";
import { readFact, type FactName, type Known } from "../../flows/refund/facts.ts";
import { machine } from "../../flows/refund/machine.ts";
import { clauses, information } from "../../flows/refund/policy/clauses.ts";
import { figures } from "../../flows/refund/policy/figures.ts";
import {
  rules,
  topics,
  type Rule,
  type RuleId,
  type Topic,
} from "../../flows/refund/policy/rules.ts";
import { loadTexts } from "../../src/adapters/i18next/texts.ts";
import { noon, type Meaning } from "../../src/commands/verify/answers.ts";
import { openOn, placeOf, take, type Dialogue } from "../../src/commands/verify/dialogue.ts";
import { openLedger, whyNotBuilt, type Finding } from "../../src/commands/verify/findings.ts";
import { localesFolder, readLocales, type LocaleText } from "../../src/commands/verify/locales.ts";
import {
  checkEvents,
  checkReachable,
  checkTopics,
  checkWaysOut,
  standsFrom,
} from "../../src/commands/verify/machine.ts";
import { checkRules, checkThresholds, type Policy } from "../../src/commands/verify/rules.ts";
import { openBot, type Bot } from "../../src/commands/verify/thread.ts";
import { checkWalks } from "../../src/commands/verify/walks.ts";
import { checkVersions, lostExamples, readExamples } from "../../src/commands/verify/versions.ts";
import { checkWays, walkWays } from "../../src/commands/verify/ways.ts";
import { checkMessages, checkSaid, checkTexts, sceneOf } from "../../src/commands/verify/words.ts";
import type { Snapshot } from "../../src/core/conversation.ts";
import type { Language } from "../../src/core/language.ts";
import type { Choice } from "../../src/core/message.ts";
import type { TextValues } from "../../src/core/texts.ts";

const library = await loadTexts(localesFolder);
const bot = openBot(library);
const entries = readLocales();

/** A fault put into a copy of what is verified, and what the finding must name. */
type Planted = readonly [fault: string, named: string, find: () => readonly Finding[]];

function caughtAndNamed(planted: readonly Planted[]): void {
  it.each(planted)("finds %s", (_, named, find) => {
    const told = find().map(({ promise, what, where }) => `${promise}: ${what} (${where})`);
    expect(told.join("\n")).toContain(named);
  });
}

describe("faults in the rules", () => {
  const policy: Policy = { rules, clauses, information };
  const withRow = (id: string, row: Partial<Rule>): readonly Finding[] => {
    const template: Rule = rules[id as keyof typeof rules] ?? rules["drop.later-small"];
    return checkRules({ ...policy, rules: { ...rules, [id]: { ...template, ...row } } }).findings;
  };
  /** Answers of which the readers find a fact to be something else than it is. */
  const misread = (wrong: FactName, value: string, when: (known: Known) => boolean) =>
    checkThresholds(figures, (fact, known) =>
      fact === wrong && when(known) ? (value as never) : readFact(fact, known),
    ).findings;

  caughtAndNamed([
    [
      "a row that is gone",
      "no row of drop decides",
      () => {
        const rest = Object.entries(rules).filter(([id]) => id !== "drop.later-small");
        return checkRules({ ...policy, rules: Object.fromEntries(rest) }).findings;
      },
    ],
    [
      "two rows that overlap",
      "drop.later-small and planted both decide",
      () => withRow("planted", { when: { arrived: "some", dropped: "some", dropSize: "small" } }),
    ],
    [
      "a row that nothing meets",
      "planted is never met",
      () => withRow("planted", { when: { progress: "paused" as never } }),
    ],
    ["a row without a clause", "drop.none cites none", () => withRow("drop.none", { clauses: [] })],
    [
      "a clause that does not exist",
      "drop.none cites 9.9",
      () => withRow("drop.none", { clauses: ["9.9" as never] }),
    ],
    [
      "a clause that nothing cites",
      "clause 8 is cited by no row",
      () => checkRules({ ...policy, clauses: [...clauses, "8" as never] }).findings,
    ],
    [
      "a clause that is told nowhere any more",
      "clause 7 is cited by no row",
      () => checkRules({ ...policy, information: { "1": information["1"] } }).findings,
    ],
    [
      "a clause that is to be told by a text that nobody says",
      "clause 7 is to be told by bot:nowhere",
      () =>
        checkSaid([], new Set(["policy:clause.1.explanation"]), { "7": "bot:nowhere" }).findings,
    ],
    [
      "rows that send in a circle",
      "drop is sent back to itself",
      () => withRow("drop.none", { outcome: { see: "drop" } }),
    ],
    [
      "rows of a topic that nobody can choose",
      "nobody can come with ghost",
      () => withRow("planted", { topic: "ghost" as Topic }),
    ],
    [
      "a guarantee that ends a day early",
      "guaranteeDays 30: guarantee is after instead of within",
      () =>
        misread("guarantee", "after", ({ answers }) =>
          JSON.stringify(answers).includes(`${noon - 30 * 86_400_000}`),
        ),
    ],
    [
      "a small drop that is one too large",
      "smallDropPercent 10: dropSize is small instead of large",
      () => misread("dropSize", "small", ({ answers }) => answers.gone === 101),
    ],
    [
      "a threshold that another figure was put to",
      "accountClaimHours 24: claimAge is over instead of within",
      () => checkThresholds({ ...figures, accountClaimHours: 24 }, readFact).findings,
    ],
  ]);
});

/** A state of the machine's configuration, for planting. */
interface Planting {
  states: Record<string, Planting>;
  on: Record<string, unknown>;
  always: Record<string, unknown>[];
  actions: unknown;
}

/** The machine built anew from a copy of its configuration in which something is altered. */
function altered(alter: (dialogue: Planting, root: Planting) => void): AnyStateMachine {
  const root = copied(machine.config) as unknown as Planting;
  alter(inState(root, "dialogue"), root);
  return chart.createMachine(root as never) as unknown as AnyStateMachine;
}

/** Guards and actions stay what they are; all around them is new. */
function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)])) as T;
}

function inState(from: Planting, path: string): Planting {
  const found = path.split(".").reduce<Planting | undefined>((at, key) => at?.states[key], from);
  if (!found) throw new Error(`there is no state ${path}`);
  found.on ??= {};
  return found;
}

const wayFrom = (from: Planting, path: string, index: number): Record<string, unknown> => {
  const way = inState(from, path).always[index];
  if (!way) throw new Error(`${path} has no way ${index}`);
  return way;
};

const settling = (rule: RuleId) => ({ type: "settle", params: { rule } });

const botOf = (other: AnyStateMachine): Bot => ({ ...bot, flow: { ...bot.flow, machine: other } });

describe("the machine as it is", () => {
  it("keeps its promises on walks at random", () => {
    expect(checkWalks(bot, rules, { walks: 300 }).findings).toEqual([]);
  });
});

describe("faults in the versions", () => {
  const examples = readExamples();
  const first = examples.get(bot.flow.version) ?? [];
  const second = (
    migrate: (snapshot: Snapshot) => Snapshot,
    kept = examples,
  ): readonly Finding[] => {
    const next = {
      ...bot,
      flow: {
        ...bot.flow,
        version: bot.flow.version + 1,
        migrations: [...bot.flow.migrations, migrate],
      },
    };
    return checkVersions(next, kept, []).findings;
  };

  it("names the kept examples that would be others today, and none that are only added", () => {
    const lines = first.map((snapshot) => JSON.stringify(snapshot));
    expect(lostExamples(lines, [...lines, "{}"])).toEqual([]);
    expect(lostExamples(lines, lines.slice(1))).toEqual([lines[0]]);
  });

  it("are none as it is", () => {
    expect(first.length).toBeGreaterThan(50);
    expect(checkVersions(bot, examples, []).findings).toEqual([]);
  });

  caughtAndNamed([
    [
      "a migration that throws",
      "snapshot 0 of version 1",
      () => second(() => JSON.parse("none") as Snapshot),
    ],
    [
      "a snapshot that no longer opens",
      "no longer opens",
      () =>
        second(({ context }) => ({
          context,
          value: { dialogue: "gone", answering: "bot", silence: "fresh" },
        })),
    ],
    [
      "a context that lost what the flow relies on",
      "no longer opens",
      () => second(({ value }) => ({ value, context: { at: 0 } })),
    ],
    [
      "a version without examples of itself",
      `version ${bot.flow.version + 1} has no snapshot`,
      () => second((snapshot) => snapshot),
    ],
    [
      "a place of which no example was kept",
      "has no snapshot at choosingTopic",
      () => {
        const kept = first.filter((snapshot) => placeOf({ snapshot }) !== "choosingTopic");
        return checkVersions(bot, new Map([...examples, [bot.flow.version, kept]]), [
          openOn(machine),
        ]).findings;
      },
    ],
  ]);
});

describe("faults in the machine", () => {
  let stands: Dialogue[] = [];
  beforeAll(() => {
    const { turns } = walkWays(machine, openLedger(), ["notDelivered", "changedMind"]);
    const fresh = ({ snapshot }: Dialogue) =>
      (snapshot.value as { silence: string }).silence === "fresh";
    stands = standsFrom(bot, turns, openLedger()).filter(fresh);
  });

  const ways = (topic: Topic, alter: (dialogue: Planting) => void): readonly Finding[] =>
    checkWays(altered(alter), rules, [topic]).findings;
  /** What the way of `find` finds in the stands at a place. */
  const at = (
    place: string,
    find: (
      other: Bot,
      stands: readonly Dialogue[],
      ledger: ReturnType<typeof openLedger>,
    ) => unknown,
    alter: (dialogue: Planting, root: Planting) => void,
  ): readonly Finding[] => {
    const ledger = openLedger();
    const there = stands.filter((stand) => placeOf(stand) === place);
    expect(there, place).not.toEqual([]);
    find(botOf(altered(alter)), there, ledger);
    return ledger.findings();
  };
  const withButtons = (alter: (choices: readonly Choice[]) => Choice[]): readonly Finding[] => {
    const ledger = openLedger();
    const render: typeof bot.flow.render = (...args) =>
      bot.flow.render(...args).map((message) => ({ ...message, choices: alter(message.choices) }));
    checkTopics({ ...bot, flow: { ...bot.flow, render } }, topics, ledger);
    return ledger.findings();
  };
  const blocked = (path: string, event: string) => (dialogue: Planting) => {
    inState(dialogue, path).on[event] = {};
  };

  caughtAndNamed([
    [
      "a dead end",
      "expectedTime is asked again",
      () =>
        ways("slowDelivery", (dialogue) => {
          inState(dialogue, "filling.slowDelivery.askingExpectedTime").always = [];
        }),
    ],
    [
      "a needed question that is skipped",
      "filling.wrongCountry.decided is stood in",
      () =>
        ways("wrongCountry", (dialogue) => {
          wayFrom(dialogue, "filling.wrongCountry.askingTargeted", 0)["target"] = "decided";
        }),
    ],
    [
      "a question that decides nothing",
      "cancelWish decides nothing",
      () =>
        ways("recurring", (dialogue) => {
          const { always } = inState(dialogue, "filling.recurring.decided");
          const kept = always.find((way) => JSON.stringify(way).includes("recurring.kept"));
          Object.assign(kept ?? {}, { actions: settling("recurring.cancelled") });
        }),
    ],
    [
      "a wrong target",
      "changedMind.finished where the rules say stopDelivery.finished",
      () =>
        ways("stopDelivery", (dialogue) => {
          wayFrom(dialogue, "filling.stopDelivery.askingProgress", 1)["target"] = "#changedMind";
        }),
    ],
    [
      "an outcome that is sent to the wrong end",
      "no case is open (changedMind",
      () =>
        ways("changedMind", (dialogue) => {
          wayFrom(dialogue, "filling.changedMind.decided", 0)["target"] = "#caseOpen";
        }),
    ],
    [
      "a wrong guard",
      "filling.wrongCountry.decided is stood in, where nothing is waited for",
      () =>
        ways("wrongCountry", (dialogue) => {
          wayFrom(dialogue, "filling.wrongCountry.askingTargeted", 0)["guard"] = {
            type: "passes",
            params: { question: "targeted", given: "no" },
          };
        }),
    ],
    [
      "an outcome reached by the wrong row",
      "slowDelivery.late where the rules say slowDelivery.in-time",
      () =>
        ways("slowDelivery", (dialogue) => {
          wayFrom(dialogue, "filling.slowDelivery.decided", 0)["actions"] =
            settling("slowDelivery.late");
        }),
    ],
    [
      "a case where none is due",
      "changedMind.running opens a case",
      () =>
        ways("changedMind", (dialogue) => {
          wayFrom(dialogue, "assessing", 0)["guard"] = () => true;
        }),
    ],
    [
      "an action that throws",
      "status-asked in assessed.clarified",
      () =>
        at("assessed.clarified", checkEvents, (dialogue) => {
          dialogue.on["status-asked"] = {
            actions: chart.assign(() => {
              throw new Error("planted");
            }),
          };
        }),
    ],
    [
      "a topic without a chart",
      "a way leads to wrongCountry, but there is no such state",
      () => {
        try {
          altered((dialogue) => {
            delete inState(dialogue, "filling").states["wrongCountry"];
          });
          return [];
        } catch (error) {
          return [whyNotBuilt(error)];
        }
      },
    ],
    [
      "a machine that throws for another reason",
      "planted",
      () => [whyNotBuilt(new Error("planted"))],
    ],
    [
      "a topic without a button",
      "no button brings drop",
      () => withButtons((choices) => choices.filter(({ id }) => id !== "topic:drop")),
    ],
    [
      "a topic that is in the rules alone",
      "no button brings planted",
      () => {
        const ledger = openLedger();
        checkTopics(bot, [...topics, "planted"], ledger);
        return ledger.findings();
      },
    ],
    [
      "a topic whose button brings another",
      "the button of drop does not bring it",
      () => {
        const ledger = openLedger();
        const readEvent: typeof bot.flow.readEvent = (inbound, ...rest) => {
          const read = bot.flow.readEvent(inbound, ...rest);
          const wrong = { ...read.event, topic: "partial" };
          return read.event.type === "topic-chosen" ? { ...read, event: wrong } : read;
        };
        checkTopics({ ...bot, flow: { ...bot.flow, readEvent } }, topics, ledger);
        return ledger.findings();
      },
    ],
    [
      "a state that nothing leads to",
      "nothing leads to dialogue.filling.planted",
      () => {
        const ledger = openLedger();
        const other = altered((dialogue) => {
          inState(dialogue, "filling").states["planted"] = {} as Planting;
        });
        checkReachable(other, stands, ledger);
        return ledger.findings();
      },
    ],
    [
      "a state that nobody ever stands in",
      "nobody ever stands in dialogue.assessed.planted",
      () => {
        const ledger = openLedger();
        const other = altered((dialogue) => {
          inState(dialogue, "assessed").states["planted"] = {} as Planting;
          inState(dialogue, "assessed.clarified").on["confirmed"] = "planted";
        });
        checkReachable(other, stands, ledger);
        return ledger.findings();
      },
    ],
    [
      "a state without a person",
      "no button brings a person in assessed.clarified",
      () => at("assessed.clarified", checkWaysOut, blocked("assessed.clarified", "person-asked")),
    ],
    [
      "a state without a way back",
      "“tillbaka” does not bring the way back in filling.reviewing",
      () => at("filling.reviewing", checkWaysOut, blocked("filling.reviewing", "went-back")),
    ],
    [
      "a state without a new start",
      "“start over” does not bring a new start in caseOpen.ready",
      () => at("caseOpen.ready", checkWaysOut, blocked("caseOpen.ready", "started-over")),
    ],
    [
      "the bot speaking where people have the case",
      '"bot" answers an open case',
      () =>
        at("choosingTopic", checkEvents, (_, root) => {
          inState(root, "answering.bot").always = [];
        }),
    ],
    [
      "a second case for one question",
      "a second case is opened beside the open one",
      () =>
        at("confirmingWithdrawal", checkEvents, (dialogue) => {
          dialogue.on["person-asked"] = (dialogue.on["person-asked"] as unknown[]).slice(1);
        }),
    ],
    [
      "a way into nowhere that only some walks take",
      "leads to no assessment and no person",
      () => {
        const other = altered((dialogue) => {
          (dialogue.on["started-over"] as { target: string }).target = ".filling";
        });
        return checkWalks(botOf(other), rules, { walks: 300 }).findings;
      },
    ],
  ]);
});

describe("faults in the words", () => {
  const rewritten = (key: string, language: Language, text: (old: string) => string | undefined) =>
    checkTexts(
      entries.flatMap((entry): LocaleText[] => {
        if (entry.key !== key || entry.language !== language) return [entry];
        const next = text(entry.text);
        return next === undefined ? [] : [{ ...entry, text: next }];
      }),
    ).findings;
  const scenesAfter = (...events: Meaning[]) => {
    const dialogues = [openOn(machine)];
    for (const event of events)
      dialogues.push(take(machine, dialogues.at(-1) ?? openOn(machine), event));
    return dialogues.map(sceneOf);
  };
  const stale = scenesAfter({ type: "stale-pressed" });
  /** What is found where one text is another. */
  const saying = (key: string, text: (values?: TextValues) => string) => {
    const other = openBot({
      in: (language) => {
        const inner = library.in(language);
        return {
          ...inner,
          text: (asked, values) => (asked === key ? text(values) : inner.text(asked, values)),
        };
      },
    });
    return checkMessages(other, stale).findings;
  };
  const offering = (choices: readonly Choice[]) => {
    const { flow } = bot;
    const render: typeof flow.render = (...given) =>
      flow
        .render(...given)
        .map((message) => ({ ...message, choices: [...message.choices, ...choices] }));
    return checkMessages({ ...bot, flow: { ...flow, render } }, stale).findings;
  };
  const button = (id: string, label = "…"): Choice => ({ id, label, weight: "normal" });

  caughtAndNamed([
    [
      "a missing text",
      "bot:stale is missing (sv)",
      () => rewritten("bot:stale", "sv", () => undefined),
    ],
    [
      "a lost placeholder",
      "bot:case.extended lost {{number}} (en)",
      () => rewritten("bot:case.extended", "en", () => "This is now part of your case."),
    ],
    [
      "a placeholder too much",
      "bot:stale has {{number}} too much (sv)",
      () => rewritten("bot:stale", "sv", (old) => `${old} {{number}}`),
    ],
    [
      "a plural form that is gone",
      "bot:evidence.kept lacks the form one (sv)",
      () => rewritten("bot:evidence.kept_one", "sv", () => undefined),
    ],
    [
      "a text that is not translated",
      "bot:stale is alike",
      () =>
        rewritten("bot:stale", "sv", () => entries.find(({ key }) => key === "bot:stale")?.text),
    ],
    [
      "a text that nobody says",
      "bot:planted is never said",
      () =>
        checkSaid(
          [{ language: "fr", key: "bot:planted", base: "bot:planted", text: "…" }],
          new Set(),
          {},
        ).findings,
    ],
    [
      "a text that is asked for and missing",
      "no text for bot:nowhere in fr",
      () => saying("bot:stale", () => library.in("fr").text("bot:nowhere")),
    ],
    [
      "a value that is not given",
      "no value for {{number}} of bot:case.extended",
      () => saying("bot:stale", () => library.in("sv").text("bot:case.extended")),
    ],
    [
      "a text that is too long",
      "a message of 2",
      () => saying("bot:stale", () => "x".repeat(2001)),
    ],
    [
      "a label that is too long",
      "has 81 characters",
      () => saying("bot:button.help", () => "x".repeat(81)),
    ],
    [
      "a choice whose id is too long",
      `the choice id planted:${"é".repeat(30)} has 68 bytes`,
      () => offering([button(`planted:${"é".repeat(30)}`)]),
    ],
    [
      "more choices than a menu holds",
      "the last “planted 20”",
      () => offering(Array.from({ length: 20 }, (_, n) => button(`n:${n}`, `planted ${n + 1}`))),
    ],
  ]);
});
