import { readFileSync } from "node:fs";
import { createRefund } from "../flows/refund/flow.ts";
import { topics } from "../flows/refund/policy/rules.ts";
import { createSoleOwner, openFileAgents } from "./adapters/files/agents.ts";
import type { Config } from "./config.ts";
import type { Flow } from "./core/flow.ts";
import type { Texts } from "./core/texts.ts";
import type { AgentDirectory } from "./ports/agents.ts";
import type { EvidenceStore } from "./ports/evidence.ts";
import type { IdentityProvider } from "./ports/identity-provider.ts";
import type { Log } from "./ports/log.ts";
import type { Store } from "./ports/store.ts";
import type { TextLibrary } from "./ports/texts.ts";

// The parts that settings choose. Only what is chosen is loaded: the rest would make every start slower.

export async function openStore(
  { redis, dataDir }: Config,
  log: Log,
  signal: AbortSignal,
): Promise<Store> {
  if (!redis) return (await import("./adapters/sqlite/store.ts")).openSqliteStore(dataDir);
  return (await import("./adapters/redis/store.ts")).openRedisStore({ ...redis, log, signal });
}

/** On this machine's disk, or in a bucket that several machines share. */
export async function openEvidence(
  { evidenceS3, redis, dataDir }: Config,
  log: Log,
): Promise<EvidenceStore> {
  if (evidenceS3) return (await import("./adapters/s3/evidence.ts")).openS3Evidence(evidenceS3);
  if (redis)
    log.warn(
      { dataDir },
      "customers' files are in DATA_DIR: every process must have the same folder; several machines need EVIDENCE_S3_URL",
    );
  return (await import("./adapters/files/evidence.ts")).openFileEvidence(dataDir);
}

export const openAgents = ({ agentsFile, shopName }: Config, log: Log): AgentDirectory =>
  agentsFile ? openFileAgents(agentsFile, log) : createSoleOwner(shopName);

/** Undefined where agents don't log in through one. */
export async function openProvider({ oidc }: Config): Promise<IdentityProvider | undefined> {
  return oidc && (await import("./adapters/oidc/identity-provider.ts")).createOidcProvider(oidc);
}

export function createFlow(config: Config, texts: TextLibrary): Flow {
  const { policyUrl, privacyUrl, timeZone, businessHours, currency, targets } = config;
  const orderNumberPattern = new RegExp(config.orderNumberPattern, "u");
  return createRefund(
    {
      name: config.shopName,
      policyUrl,
      privacyUrl,
      timeZone,
      businessHours,
      currency,
      orderNumberPattern,
      targets,
      ...(config.approvalAmountMinor !== undefined && {
        approvalAmountMinor: config.approvalAmountMinor,
      }),
      ...(fits(orderNumberPattern, likelyOrderNumber) && { orderNumberExample: likelyOrderNumber }),
    },
    (language) => texts.in(language),
  );
}

/** An order number as many shops write them; shown as an example where this shop's look like it. */
const likelyOrderNumber = "48213";

const fits = ({ source, flags }: RegExp, text: string) =>
  new RegExp(`^(?:${source})$`, flags).test(text);

/** What cases are about, for whoever chooses among them. */
export const listTopics = (texts: Texts) => [
  ...topics.map((id) => ({ id, title: texts.text(`bot:topic.${id}`) })),
  { id: "withdrawal", title: texts.text("bot:button.withdrawal") },
];

/** The pictures that `npm run charts` made of the flow. */
export const readPictures = () =>
  [undefined, ...topics.filter((topic) => topic !== "human")].map((topic) => ({
    id: topic ?? "whole",
    title: (texts: Texts) => texts.text(topic ? `bot:topic.${topic}` : "console:chart.whole"),
    svg: readFileSync(new URL(`../docs/charts/${topic ?? "whole"}.svg`, import.meta.url), "utf8"),
  }));
