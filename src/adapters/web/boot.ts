import type { Language } from "../../core/language.ts";

/** What the page is told as it loads, in `data-boot`. */
export interface Boot {
  language: Language;
  shopName: string;
  supportEmail?: string;
  maxTextLength: number;
  maxFiles: number;
  maxFileBytes: number;
}
