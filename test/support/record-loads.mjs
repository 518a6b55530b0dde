// For `node --import`: writes the address of every module that is loaded into the file LOADS.
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.LOADS ?? "", `${url}\n`);
    return next(url, context);
  },
});
