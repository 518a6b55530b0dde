import type { Topic } from "../policy/rules.ts";
import { fold } from "./reading.ts";

/** The stems by which customers name their problem, without accents; the first topic with the most hits is meant. */
const stems: Record<Exclude<Topic, "other" | "human">, RegExp> = {
  dispute: /\bbanque|\blitige|retrofactur|chargeback|opposition|kortreklam|\bbank|\btvist|dispute/g,
  recurring:
    /abonnement(?! (?:youtube|instagram))|renouvel|prelev|recurren|prenumeration|fornyels|aterkommande|dragning|subscription|renewal|charged again/g,
  account:
    /\bcomptes? (?:twitter|facebook|linkedin|instagram|x|gmail|achete)|\bproxy|mot de passe|konton?\b|inlogg|losenord|bought account|password|log ?in/g,
  autoService:
    /\bauto(?:matique|matisk|-|\b)|nouvelle publication|nouveau post|nytt inlagg|new post/g,
  wrongCountry:
    /\bpays\b|\bcible|etranger|\bland(?:et)?\b|malgrupp|utland|country|targeted|foreign/g,
  stopDelivery: /\barret|stopper|annuler|\bstopp|avbryt|avboka|\bcancel|\bstop\b/g,
  drop: /\bbaiss|\bperd[us]|\bdiminu|\bdispar|\bchut|\btapp|minska|forsvunn|forsvinn|\bdropp|\bdrop|\blost\b|disappear|went down/g,
  partial:
    /\bpartie\b|partiel|incomplet|\bmanqu|il en manque|\bbara \d|\bdel(?:vis|en)?\b|saknas|fattas|\bpart\b|partial|incomplete|missing|only \d/g,
  slowDelivery:
    /\blent|trop long|\bretard|vitesse|\blangsam|tar lang|drojer|forsen|\bslow|too long|\blate\b/g,
  notDelivered:
    /pas (?:recu|commence|livre|demarre)|rien (?:recu|ne)|jamais (?:recu|arrive)|inte (?:fatt|kommit|levere|borjat|startat)|\bfatt inget|ingenting|not (?:received|delivered|started)|nothing (?:came|arrived|yet)|never (?:received|arrived)/g,
  changedMind:
    /change d'avis|ne veux plus|regrett|\bdecu|qualite|inutile|\bangr|vill inte ha|missnojd|kvalitet|changed my mind|don'?t want|no benefit|quality/g,
};

/** The topic that the words point to, if they point to one more than to any other. */
export function readTopic(text: string): Topic | undefined {
  const said = fold(text.slice(0, 1000));
  const hits = Object.entries(stems)
    .map(([topic, stem]) => ({ topic: topic as Topic, count: said.match(stem)?.length ?? 0 }))
    .sort((a, b) => b.count - a.count);
  const [best, second] = hits;
  return best && best.count > (second?.count ?? 0) ? best.topic : undefined;
}
