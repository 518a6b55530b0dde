/** What a customer may well write to a question of a kind, or in a place. */
export const plausibleWords = {
  figure: ["1000", "1 100", "environ 500", "12k", "40", "ca 100", "1,000", "12.345"],
  money: ["29,90 €", "299 kr", "£10"],
  moment: [
    "hier",
    "il y a 5 jours",
    "för 2 timmar sedan",
    "5 weeks ago",
    "3 months ago",
    "13 hours ago",
  ],
  orderNumber: ["commande 48213", "n° 99887"],
  text: ["Voici ce qui s’est passé depuis lundi", "Instagramföljare"],
  links: ["instagram.com/moi", "@moi"],
  choosingTopic: [
    "j'ai perdu 300 abonnés depuis hier",
    "Jag har inte fått något",
    "Bonjour, pouvez-vous regarder cela ?",
  ],
  reviewing: ["oui", "ja"],
  confirmingWithdrawal: ["oui", "nej"],
  ready: ["J’ai oublié de dire que c’était un cadeau"],
  askingAddition: ["C’était un cadeau"],
  askingContest: ["Ce n’est pas juste"],
  askingEmail: ["moi@example.org"],
} as const;

/** What can't be taken, or is meant ill: with these every fault can be told. */
export const wrongWords: readonly string[] = [
  "",
  "   ",
  "?!",
  "🤷🤷🤷",
  "\u200b\u200f\u202e",
  "<script>alert(1)</script>",
  "{{shop}} $t(bot:help.text)",
  "__proto__",
  "[a](javascript:b)",
  "x".repeat(100_000),
  "-5",
  "0",
  "1,5",
  "5 ou 7",
  "10 %",
  "999999999999999",
  "1000000",
  "0 €",
  "29,9999 €",
  "12 ₽",
  "31 février 2026",
  "à 25:99",
  "hier ou avant-hier",
  "3 janvier 1990",
  "3 janvier 2090",
  "dans 3 jours",
  "hier",
  "aujourd’hui",
  "pas de chiffre ici",
  "a@b.fr ou c@d.fr",
  "moi@",
  Array.from({ length: 40 }, (_, n) => `instagram.com/page${n}`).join(" "),
];

/** Texts that are no part of a dialogue: by what begins their key, and who says them. */
export const saidElsewhere: Readonly<Record<string, string>> = {
  "chat:": "the chat page",
  "console:": "the console",
  "bot:evidence.refused.":
    "the upload, before a file reaches the conversation, or the bot where files come with the message",
  "bot:fault.past": "the reader of moments, of one that must lie ahead: no question wants that yet",
};

/** Texts that are rightly the same in two languages. */
export const alikeByRight: readonly string[] = [
  "bot:question.service.label",
  "bot:question.description.label",
  "bot:question.proxy.label",
  "bot:language.name.fr",
  "bot:language.name.sv",
  "bot:language.name.en",
  "chat:log.label",
  "console:name",
  "console:ownName.fr",
  "console:ownName.sv",
  "console:ownName.en",
  "console:urgent",
  "console:cases.pages",
  "console:case.conversation",
  "console:who.bot",
  "discord:slash.status.name",
  "discord:room.name",
];
