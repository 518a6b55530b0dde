import type { Language } from "../../src/core/language.ts";

/** One thing that a customer does: presses a choice, writes, or sends a picture. */
export type Deed =
  | { press: string }
  | { write: string | Readonly<Record<Language, string>> }
  | { picture: true };

/** A customer's way from the topics to the end of a case. */
export interface Story {
  name: string;
  deeds: readonly Deed[];
  /** The row of the rules that it ends in. */
  rule: string;
}

const press = (id: string): Deed => ({ press: id });
const write = (fr: string, sv = fr, en = fr): Deed => ({ write: { fr, sv, en } });
const picture: Deed = { picture: true };

const order = write("c’est la commande n° 48213", "ordernummer 48213 tack", "order no. 48213");
const clause2 = [
  write("Abonnés Instagram", "Instagramföljare", "Instagram followers"),
  write("instagram.com/moi", "instagram.com/jag", "instagram.com/me"),
  write(
    "Voici ce qui s’est passé depuis lundi",
    "Så här har det sett ut sedan i måndags",
    "This is what happened since Monday",
  ),
];

/** Every topic once, and the withdrawal, each with another way of answering. */
export const stories: readonly Story[] = [
  {
    name: "notDelivered",
    deeds: [
      press("topic:notDelivered"),
      order,
      press("progress:notStarted"),
      press("startDue:passed"),
      ...clause2,
      picture,
      press("confirm"),
    ],
    rule: "notDelivered.start-late",
  },
  {
    name: "slowDelivery",
    deeds: [
      press("topic:slowDelivery"),
      order,
      press("expectedTime:passed"),
      ...clause2,
      press("pictures:none"),
      press("confirm"),
    ],
    rule: "slowDelivery.late",
  },
  {
    name: "drop",
    deeds: [
      press("topic:drop"),
      order,
      press("progress:completed"),
      write("1 000", "1 000 st", "1,000"),
      write("1000"),
      write("500"),
      write("environ 1 100", "ca 1 100", "about 1100"),
      write("il y a 5 jours", "för en vecka sedan", "5 days ago"),
      press("dropWish:refund"),
      write("29,90 €", "299 kr", "£29.90"),
      ...clause2,
      press("pictures:none"),
      press("confirm"),
    ],
    rule: "drop.guaranteed-refund",
  },
  {
    name: "partial",
    deeds: [
      press("topic:partial"),
      order,
      press("progress:stopped"),
      write("12k"),
      write("8.000", "8 000", "8 000"),
      press("dropNoticed:no"),
      press("price:unknown"),
      ...clause2,
      picture,
      press("confirm"),
    ],
    rule: "partial.finished",
  },
  {
    name: "wrongCountry",
    deeds: [
      press("topic:wrongCountry"),
      order,
      press("targeted:yes"),
      picture,
      press("shownCountry:wrong"),
      ...clause2,
      press("confirm"),
    ],
    rule: "wrongCountry.completely",
  },
  {
    name: "stopDelivery",
    deeds: [
      press("topic:stopDelivery"),
      order,
      press("progress:inProgress"),
      press("automatic:no"),
      ...clause2,
      press("pictures:none"),
      press("confirm"),
    ],
    rule: "stopDelivery.running",
  },
  {
    name: "changedMind",
    deeds: [press("topic:changedMind"), order, press("progress:inProgress"), press("confirm")],
    rule: "changedMind.running",
  },
  {
    name: "autoService",
    deeds: [
      press("topic:autoService"),
      order,
      press("arrival:nothing"),
      write("il y a 2 heures", "för 2 timmar sedan", "2 hours ago"),
      press("confirm"),
      press("remind"),
    ],
    rule: "autoService.early",
  },
  {
    name: "account",
    deeds: [
      press("topic:account"),
      order,
      press("loggedIn:no"),
      press("proxy:clean"),
      press("accountTargeted:yes"),
      press("proxyCountry:same"),
      write("il y a 3 heures", "för 3 timmar sedan", "3 hours ago"),
      press("accountWish:refund"),
      write("2", "två", "two"),
      write("1"),
      picture,
      write("10 €", "100 kr", "£10"),
      ...clause2,
      press("confirm"),
    ],
    rule: "account.some-faulty",
  },
  {
    name: "recurring",
    deeds: [
      press("topic:recurring"),
      order,
      press("autoCharged:yes"),
      press("latestPayment:yes"),
      press("periodUsed:no"),
      press("cancelWish:cancel"),
      write("avant-hier", "i förrgår", "2 days ago"),
      ...clause2,
      press("pictures:none"),
      press("confirm"),
    ],
    rule: "recurring.cancelled",
  },
  {
    name: "dispute",
    deeds: [
      press("topic:dispute"),
      press("disputeOpened:yes"),
      order,
      ...clause2,
      press("pictures:none"),
    ],
    rule: "dispute.opened",
  },
  {
    name: "other",
    deeds: [
      press("topic:other"),
      order,
      clause2[2] as Deed,
      clause2[0] as Deed,
      clause2[1] as Deed,
      press("pictures:none"),
      press("confirm"),
    ],
    rule: "other.described",
  },
  {
    name: "human",
    deeds: [
      press("topic:human"),
      press("orderNumber:unknown"),
      press("service:unknown"),
      press("links:unknown"),
      press("description:skip"),
      press("pictures:none"),
    ],
    rule: "human.asked",
  },
  {
    name: "withdrawal",
    deeds: [
      press("topic:changedMind"),
      order,
      write(
        "Je me rétracte de ce contrat",
        "Jag ångrar köpet enligt distansavtalslagen",
        "I withdraw from this contract",
      ),
      ...clause2.slice(0, 2),
    ],
    rule: "withdrawal.declared",
  },
];
