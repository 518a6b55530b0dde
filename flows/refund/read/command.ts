import { fold } from "./reading.ts";

/** What can be asked for by word at any time, in any of the languages, without accents. */
const words = {
  back: [
    "retour",
    "revenir",
    "precedent",
    "en arriere",
    "tillbaka",
    "bakat",
    "ga tillbaka",
    "back",
    "go back",
    "previous",
  ],
  startOver: [
    "recommencer",
    "tout recommencer",
    "borja om",
    "borja om fran borjan",
    "starta om",
    "start over",
    "restart",
    "reset",
  ],
  person: [
    "une personne",
    "personne",
    "humain",
    "un humain",
    "conseiller",
    "un conseiller",
    "agent",
    "en manniska",
    "manniska",
    "en person",
    "person",
    "handlaggare",
    "kundtjanst",
    "support",
    "a person",
    "human",
    "a human",
  ],
  help: [
    "aide",
    "aide moi",
    "aidez-moi",
    "au secours",
    "hjalp",
    "hjalp mig",
    "help",
    "help me",
    "?",
  ],
  status: [
    "statut",
    "mes dossiers",
    "mon dossier",
    "ou en est mon dossier",
    "suivi",
    "status",
    "mina arenden",
    "mitt arende",
    "hur gar det",
    "my cases",
    "my case",
  ],
  another: [
    "autre dossier",
    "autre demande",
    "nouvelle demande",
    "autre probleme",
    "nytt arende",
    "annat arende",
    "another case",
    "new case",
    "another problem",
  ],
  addition: ["ajouter", "completer", "lagg till", "komplettera", "add", "add something"],
  contest: [
    "contester",
    "je conteste",
    "pas d'accord",
    "je ne suis pas d'accord",
    "bestrida",
    "overklaga",
    "jag haller inte med",
    "contest",
    "appeal",
    "i disagree",
  ],
  returnLink: ["lien", "mon lien", "lank", "min lank", "link", "my link"],
  language: ["langue", "changer de langue", "sprak", "byt sprak", "language", "change language"],
  "language:fr": ["francais", "en francais", "fr", "pa franska", "franska", "french"],
  "language:sv": ["svenska", "pa svenska", "sv", "suedois", "en suedois", "swedish"],
  "language:en": [
    "english",
    "in english",
    "en",
    "anglais",
    "en anglais",
    "engelska",
    "pa engelska",
  ],
} as const;

export type Command = keyof typeof words;

const commandOf = new Map<string, Command>(
  Object.entries(words).flatMap(([command, forms]) =>
    forms.map((form) => [form, command as Command] as const),
  ),
);

/** A wish for a person within a sentence. */
const person =
  /\b(?:parler|discuter|echanger) (?:a|avec) (?:une? )?(?:vraie? )?(?:personne|humain|conseillere?|agent|quelqu'un)|\b(?:prata|tala|chatta|snacka) med (?:en )?(?:riktig )?(?:manniska|person|handlaggare|nagon|support\w*)|\b(?:talk|speak|chat) (?:to|with) (?:an? )?(?:real )?(?:human|person|agent|someone|somebody)/;

/** A command is short; a description may mention the same words. */
const longestCommand = 80;

export function readCommand(text: string): Command | undefined {
  if (text.length > longestCommand) return undefined;
  const said = fold(text)
    .replace(/^[/!]/, "")
    .replace(/[\s.!…,]+$/, "")
    .replace(/,? (?:s'il vous plait|svp|stp|merci|tack|please)$/, "");
  return commandOf.get(said) ?? (person.test(said) ? "person" : undefined);
}

const unknown =
  /^(?:je ne sais (?:pas|plus)|(?:je )?sais (?:pas|plus)|j(?:'en sais|e n'en sais) rien|jsp|nsp|aucune idee|pas d'idee|je ne l'ai pas|je l'ai pas|je n'en ai pas|j'en ai pas|j'en ai plus|(?:jag )?vet (?:inte|ej)|ingen aning|minns (?:inte|ej)|(?:jag )?har (?:inte|ej)(?: den)?|har ingen|i don'?t know|dont know|dunno|no idea|don'?t have it|not sure|passer?|skip|hoppa over|rien a ajouter|inget att tillagga|nothing to add)\b[\s.!?]*$/;

/** An honest "I don't know", "I don't have it" or "skip". */
export const readUnknown = (text: string): boolean =>
  text.length <= longestCommand && unknown.test(fold(text));

const yes =
  /^(?:oui|ouais|ok|d'accord|exact|c'est (?:ca|bon)|ja|japp|jo|stammer|det stammer|yes|yep|yeah|correct|right)[\s.!]*$/;
const no = /^(?:non|nan|pas du tout|nej|nope|no)[\s.!]*$/;

export function readYesNo(text: string): "yes" | "no" | undefined {
  const said = fold(text.slice(0, longestCommand));
  if (yes.test(said)) return "yes";
  return no.test(said) ? "no" : undefined;
}
