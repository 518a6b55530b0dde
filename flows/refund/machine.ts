import { opensCase, topics, type Topic } from "./policy/rules.ts";
import { outcomeOf } from "./assess.ts";
import { asking, chart, say } from "./chart.ts";
import * as cases from "./case-steps.ts";
import * as desk from "./desk-steps.ts";
import * as steps from "./steps.ts";
import { account } from "./topics/account.ts";
import { autoService } from "./topics/auto-service.ts";
import { changedMind } from "./topics/changed-mind.ts";
import { dispute } from "./topics/dispute.ts";
import { drop } from "./topics/drop.ts";
import { notDelivered } from "./topics/not-delivered.ts";
import { other } from "./topics/other.ts";
import { partial } from "./topics/partial.ts";
import { recurring } from "./topics/recurring.ts";
import { slowDelivery } from "./topics/slow-delivery.ts";
import { stopDelivery } from "./topics/stop-delivery.ts";
import { wrongCountry } from "./topics/wrong-country.ts";

/** Topics whose first question is their own: the case goes to people at once, the order number is asked afterwards. */
const withoutOrder: readonly Topic[] = ["dispute"];

const charted = topics.filter((topic) => topic !== "human");

/** What clause 2 asks beside the topic's own questions; every one can be skipped once the case is open. */
const askingClause2 = {
  askingService: asking("service", "askingLinks"),
  askingLinks: asking("links", "askingDescription"),
  askingDescription: asking("description", "askingPictures"),
};

const evidenceKept = [say("evidenceKept"), steps.sayRefused];

/** Brings one problem from the topic to the assessment. */
const filling = chart.createStateConfig({
  initial: "walking",
  states: {
    // Goes through the answers known so far to the first question that is open.
    walking: {
      id: "walking",
      entry: steps.forgetPath,
      always: [
        ...withoutOrder.map(
          (topic) =>
            ({ guard: { type: "topicIs", params: { topic } }, target: `#${topic}` }) as const,
        ),
        { target: "askingOrderNumber" },
      ],
    },
    askingOrderNumber: asking(
      "orderNumber",
      charted.map((topic) => ({ topic, to: `#${topic}` })),
    ),
    notDelivered,
    slowDelivery,
    drop,
    partial,
    wrongCountry,
    stopDelivery,
    changedMind,
    autoService,
    account,
    recurring,
    dispute,
    other,
    // An estimate needs the price.
    askingPrice: { id: "askingPrice", ...asking("price", "askingService") },
    ...askingClause2,
    askingService: { id: "askingService", ...askingClause2.askingService },
    askingPictures: asking("pictures", "#reviewing"),
    reviewing: {
      id: "reviewing",
      entry: steps.dropAbandonedAnswers,
      always: { guard: ({ context }) => context.confirmed, target: "#assessing" },
      on: {
        confirmed: [
          {
            guard: steps.isAsWalked,
            target: "#assessing",
            actions: [steps.confirm, steps.dropAbandonedAnswers],
          },
          { target: "walking", actions: steps.confirm },
        ],
      },
    },
  },
  on: {
    answered: [
      {
        guard: steps.changesThePath,
        target: ".walking",
        actions: [steps.takeAnswers, steps.sayUnderstood],
      },
      { actions: [steps.takeAnswers, steps.sayUnderstood] },
    ],
    "answer-refused": { actions: [steps.countMiss, steps.sayFault] },
    "evidence-given": { actions: [steps.takeEvidence, ...evidenceKept] },
    "went-back": [
      {
        guard: ({ context }) => context.changing !== undefined,
        target: ".walking",
        actions: steps.putBack,
      },
      {
        guard: ({ context }) => context.path.length > 0,
        target: ".walking",
        actions: steps.forgetLastAnswer,
      },
      { target: "choosingTopic" },
    ],
    "change-asked": { target: ".walking", actions: steps.changeAnswer },
  },
});

/** What was reached, where no case is opened. */
const assessed = chart.createStateConfig({
  initial: "clarified",
  states: {
    clarified: {},
    waitOffered: { on: { "reminder-asked": { target: "waiting", actions: say("reminderSet") } } },
    waiting: {
      after: { untilDue: { target: "#walking", actions: [steps.askAgain, say("waitOver")] } },
      on: { "reminder-asked": { actions: say("reminderSet") } },
    },
  },
  on: {
    "went-back": { target: "#reviewing", actions: steps.reopen },
    "change-asked": { target: "#walking", actions: [steps.reopen, steps.changeAnswer] },
    "offer-taken": [
      {
        guard: ({ event }) => event.offer === "topics",
        target: "choosingTopic",
        actions: steps.reopen,
      },
      {
        guard: ({ event }) => event.offer !== "examination",
        target: "#walking",
        actions: [steps.reopen, steps.takeOffer],
      },
      { target: "#caseOpen", actions: cases.openCaseForPerson },
    ],
    "evidence-given": { actions: [steps.takeEvidence, ...evidenceKept] },
  },
});

/** A case is with people; the customer can add to it, contest, and start another. */
const caseOpen = chart.createStateConfig({
  id: "caseOpen",
  initial: "askingOrderNumber",
  states: {
    askingOrderNumber: asking("orderNumber", "askingService"),
    ...askingClause2,
    // Whoever withdraws owes no reason: only which order it is may be asked.
    askingLinks: asking("links", [
      { settled: "withdrawal.declared", to: "ready" },
      { to: "askingDescription" },
    ]),
    askingPictures: asking("pictures", "ready"),
    ready: { entry: cases.saveCase },
    askingAddition: { on: { "case-extended": { target: "ready", actions: cases.extendCase } } },
    askingEmail: { on: { "email-given": { target: "ready", actions: cases.takeEmail } } },
    askingContest: { on: { contested: { target: "ready", actions: cases.contestCase } } },
  },
  on: {
    answered: { actions: [steps.takeAnswers, steps.sayUnderstood, ...cases.saveCase] },
    "case-extended": { actions: [...cases.extendCase, ...cases.saveCase] },
    "answer-refused": { actions: [steps.countMiss, steps.sayFault] },
    "evidence-given": { actions: [steps.takeEvidence, ...cases.saveCase, ...evidenceKept] },
    "addition-asked": ".askingAddition",
    "email-asked": ".askingEmail",
    "contest-asked": ".askingContest",
    "return-link-asked": { actions: say("returnLink") },
    "went-back": { target: ".ready", actions: say("caseStays") },
    "person-asked": { actions: say("personInformed") },
    // Whoever is told what people decided is asked nothing more, and can contest it.
    decided: { guard: desk.isAboutCurrent, target: ".ready" },
    "decision-approved": { guard: desk.isProposedCurrent, target: ".ready" },
    "case-closed": { guard: desk.isAboutCurrent, target: ".ready" },
  },
});

/** An act is about a case that the customer has; about another it is nothing. */
const aboutCase = <T extends object>(transition: T) => ({ guard: desk.isAboutCase, ...transition });

/**
 * The refund policy as a conversation. `dialogue` is where the customer
 * stands, `answering` who answers, `silence` how long nothing came.
 */
export const machine = chart.createMachine({
  id: "refund",
  type: "parallel",
  context: ({ input }) => ({
    ...input,
    answers: {},
    path: [],
    sources: {},
    evidence: [],
    misses: 0,
    confirmed: false,
    pastCases: [],
  }),
  states: {
    dialogue: {
      initial: "choosingTopic",
      entry: say("welcome"),
      states: {
        choosingTopic: {
          on: {
            "topic-chosen": { target: "filling", actions: steps.takeTopic },
            answered: { actions: [steps.takeAnswers, steps.sayUnderstood] },
            "problem-told": {
              actions: [steps.takeDescription, steps.countMiss, say("problemKept")],
            },
            "answer-refused": { actions: [steps.countMiss, steps.sayFault] },
            "evidence-given": { actions: [steps.takeEvidence, ...evidenceKept] },
            restored: {
              guard: ({ context }) => context.discarded !== undefined,
              target: "filling",
              actions: steps.restore,
            },
            "went-back": { guard: ({ context }) => context.topic !== undefined, target: "filling" },
          },
        },
        filling,
        assessing: {
          id: "assessing",
          entry: [cases.assessNow, cases.recordAssessment],
          always: [
            {
              guard: ({ context }) => opensCase(outcomeOf(cases.settledRule(context))),
              target: "caseOpen",
              actions: cases.openCase,
            },
            {
              guard: ({ context }) => context.assessment?.kind === "wait",
              target: "assessed.waitOffered",
              actions: cases.sayAssessment,
            },
            { target: "assessed.clarified", actions: cases.sayAssessment },
          ],
        },
        assessed,
        caseOpen,
        confirmingWithdrawal: {
          on: {
            "went-back": [
              { guard: steps.hasCase, target: "caseOpen.ready" },
              { guard: ({ context }) => context.topic !== undefined, target: "filling" },
              { target: "choosingTopic" },
            ],
            "answer-refused": { actions: [steps.countMiss, steps.sayFault] },
          },
        },
      },
      on: {
        "language-chosen": { actions: [steps.takeLanguage, say("languageChosen")] },
        "language-asked": { actions: say("languages") },
        "help-asked": { actions: say("help") },
        "evidence-refused": { actions: steps.sayRefused },
        "unsupported-sent": { actions: steps.sayUnsupported },
        "status-asked": { actions: say("status") },
        "stale-pressed": { actions: say("stale") },
        "edited-late": { actions: say("editedLate") },
        "satisfaction-given": { guard: desk.isUnrated, actions: desk.takeSatisfaction },
        "person-asked": [
          // Asked for while a withdrawal is thought over: people have the case already.
          { guard: steps.hasCase, target: ".caseOpen.ready", actions: say("personInformed") },
          { target: ".caseOpen", actions: cases.openCaseForPerson },
        ],
        rescued: { target: ".caseOpen", actions: cases.openCaseForRescue },
        "withdrawal-asked": ".confirmingWithdrawal",
        "withdrawal-declared": { target: ".caseOpen", actions: cases.openCaseForWithdrawal },
        "started-over": {
          target: ".choosingTopic",
          actions: [steps.startOver, say("startedOver")],
        },
        "another-asked": { target: ".choosingTopic", actions: steps.startAnother },
      },
    },
    answering: {
      initial: "bot",
      states: {
        bot: {
          always: { guard: steps.hasCase, target: "waiting" },
          on: { taken: aboutCase({ target: "agent", actions: desk.take }) },
        },
        /** People have the case; the bot still takes what is added to it. */
        waiting: {
          always: { guard: ({ context }) => context.case === undefined, target: "bot" },
          on: { taken: aboutCase({ target: "agent", actions: desk.take }) },
        },
        /** A person speaks, and the bot is silent. */
        agent: {
          on: {
            taken: aboutCase({ actions: desk.take }),
            released: aboutCase({ target: "waiting", actions: desk.release }),
            "customer-wrote": { actions: desk.hear },
            "agent-said": aboutCase({ actions: desk.speak }),
            "agent-asked": aboutCase({ actions: desk.askFor }),
            decided: aboutCase({ target: "waiting", actions: desk.decide }),
            "case-closed": [
              { guard: desk.asksSatisfaction, target: "waiting", actions: desk.closeAndAsk },
              aboutCase({ target: "waiting", actions: desk.close }),
            ],
          },
        },
      },
      on: {
        "agent-reworded": aboutCase({ actions: desk.reword }),
        "agent-withdrew": aboutCase({ actions: desk.withdraw }),
        "fact-corrected": aboutCase({ actions: desk.correct }),
        "decision-proposed": aboutCase({ actions: desk.propose }),
        "decision-approved": {
          guard: desk.isProposed,
          target: ".waiting",
          actions: desk.approve,
        },
        "decision-declined": aboutCase({ actions: desk.decline }),
        "case-reopened": aboutCase({ actions: desk.reopen }),
        ...desk.onAlert(aboutCase({ actions: desk.noteAlert })),
      },
    },
    silence: {
      initial: "fresh",
      states: {
        fresh: {
          after: {
            reminder: [
              { guard: steps.isUnfinished, target: "reminded", actions: say("reminder") },
              { target: "reminded" },
            ],
          },
          on: steps.onCustomer({ target: "fresh", reenter: true }),
        },
        reminded: { after: { rest: "resting" }, on: steps.onCustomer({ target: "fresh" }) },
        resting: { on: steps.onCustomer({ target: "fresh", actions: say("welcomeBack") }) },
      },
    },
  },
});
