/**
 * The process that `inspector.ts` starts for one file: the only place that
 * looks into it. It holds no secret and no other customer's file, so whoever
 * takes it over through a decoder's fault has won little; whatever hangs or
 * bursts it is ended by the parent.
 */
import { fileTypeFromBuffer } from "file-type";
import sharp from "sharp";
import {
  type EvidenceRefusal,
  type EvidenceType,
  evidenceTypes,
  isAudio,
} from "../../core/evidence.ts";

export type Answer =
  | { type: EvidenceType; view?: { bytes: Uint8Array; widthPx: number; heightPx: number } }
  | { refused: EvidenceRefusal };

/** "grew" asks to be killed: the work that eats the memory can't be stopped from inside. */
export type FromDecoder = "ready" | "grew" | Answer;

/** Above any phone's usual picture (12 to 24 megapixels), below what 256 MB can decode row by row. */
const maxPixels = 40_000_000;
/** A progressive JPEG, an interlaced PNG or a GIF is held whole: 24 megapixels of it fit. 65 MB are taken before the first. */
const maxResidentBytes = 256 * 1024 * 1024;
const maxViewSidePx = 2000;

sharp.cache(false);
sharp.concurrency(1);
// libvips opens SVG, TIFF, HEIF and more, and tells a type in its own way: leave it only what is taken.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadWebpBuffer",
    "VipsForeignLoadNsgifBuffer",
  ],
});

async function look(bytes: Uint8Array): Promise<Answer> {
  const type = await typeOf(bytes);
  if (!type) return { refused: "wrongType" };
  if (type === "application/pdf" || isAudio({ type })) return { type };
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (header.width * header.height > maxPixels) return { refused: "tooManyPixels" };
    return { type, view: await view(bytes, type) };
  } catch {
    return { refused: "broken" };
  }
}

/** Other names for what is taken; an animated PNG is a PNG whose first frame every decoder shows. */
const sameAs: Readonly<Record<string, EvidenceType>> = {
  "image/apng": "image/png",
  "audio/ogg; codecs=opus": "audio/ogg",
  "audio/x-m4a": "audio/mp4",
};

async function typeOf(bytes: Uint8Array): Promise<EvidenceType | undefined> {
  if (Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-") return "application/pdf";
  const mime = await fileTypeFromBuffer(bytes).then(
    (found) => found?.mime,
    () => undefined,
  );
  const type = sameAs[mime ?? ""] ?? mime;
  return evidenceTypes.find((known) => known === type && known !== "application/pdf");
}

async function view(bytes: Uint8Array, type: EvidenceType) {
  const { data, info } = await sharp(bytes, {
    limitInputPixels: maxPixels,
    autoOrient: true,
    // A photo cut short by a bad line or card is shown as far as it came: the customer may have no other.
    failOn: type === "image/jpeg" ? "none" : "error",
  })
    .resize({
      width: maxViewSidePx,
      height: maxViewSidePx,
      fit: "inside",
      withoutEnlargement: true,
    })
    // sharp writes no metadata unless told to.
    .webp({ quality: 82 })
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, widthPx: info.width, heightPx: info.height };
}

function tell(message: FromDecoder) {
  // With a callback, or a bot that was killed meanwhile would make it an error that nobody takes.
  process.send?.(message, undefined, undefined, () => {});
}

process.once("message", (bytes: Uint8Array) => {
  setInterval(() => {
    if (process.memoryUsage.rss() > maxResidentBytes) tell("grew");
  }, 10);
  void look(bytes).then(tell);
});
// Without this a decode that never ends would outlive a killed bot.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
tell("ready");
