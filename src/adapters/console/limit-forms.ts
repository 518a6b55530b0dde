import { bodyLimit } from "hono/body-limit";

const maxFormBytes = 64 * 1024;

/** No form of the console is larger; whose it is, the door tells. */
export const limitForms = bodyLimit({ maxSize: maxFormBytes });
