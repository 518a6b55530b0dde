import type { Evidence, EvidenceRefusal } from "../../core/evidence.ts";
import type { Inbound } from "../../core/inbound.ts";
import type { Language } from "../../core/language.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EvidenceStore } from "../../ports/evidence.ts";
import type { Log } from "../../ports/log.ts";
import type { Committed, Store } from "../../ports/store.ts";
import type { TextLibrary } from "../../ports/texts.ts";

export interface WebChatOptions {
  receive: (inbound: Inbound) => Promise<Committed>;
  store: Pick<Store, "load" | "readLog" | "secret">;
  keepEvidence: (
    bytes: Uint8Array,
    name: string,
  ) => Promise<Evidence | { refused: EvidenceRefusal }>;
  evidence: Pick<EvidenceStore, "original" | "view">;
  texts: TextLibrary;
  clock: Clock;
  log: Log;
  shop: Shop;
  /** Where no wish of the visitor is known. */
  defaultLanguage: Language;
  /** Where customers reach the chat, without a slash at the end; asked anew each time, as a free port is known late. */
  publicUrl: () => string;
  maxEvidenceBytes: number;
}

export interface Shop {
  name: string;
  url?: string | undefined;
  supportEmail?: string | undefined;
  policyUrl: string;
  privacyUrl: string;
  /** `#rrggbb`; made readable where it is not. */
  accent: string;
}
