import { html } from "hono/html";
import { type Evidence, isAudio } from "../../core/evidence.ts";
import type { Html } from "./page.ts";
import { type Words, visible } from "./words.ts";

/** Where a case's file is, without what of it is wanted. */
export const addressOfFile = (address: string, { id }: Evidence): string =>
  `${address}/evidence/${encodeURIComponent(id)}`;

/** Nothing is fetched before somebody listens. */
export const renderPlayer = (words: Words, { name }: Evidence, at: string): Html =>
  html`<audio
    controls
    preload="none"
    src="${at}/original"
    aria-label="${words.say("case.play", { name: visible(name) })}"
  ></audio>`;

/** A file in the transcript: seen, listened to, or to be downloaded. */
export function renderFile(words: Words, file: Evidence, address: string): Html {
  const at = addressOfFile(address, file);
  const name = visible(file.name);
  if (file.view)
    return html`<a class="thumbnail" href="${at}/view"
      ><img
        src="${at}/view"
        alt="${name}"
        width="${file.view.widthPx}"
        height="${file.view.heightPx}"
        loading="lazy"
    /></a>`;
  const download = html`<a class="file" href="${at}/original" download
    ><bdi>${name || words.say("case.download")}</bdi></a
  >`;
  return isAudio(file)
    ? html`<span class="recording">${renderPlayer(words, file, at)} ${download}</span>`
    : download;
}
