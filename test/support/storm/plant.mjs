// Loaded before the bot (`--import`): changes its source while it is read, as PLANTED says.
import { registerHooks } from "node:module";

const { file, edits } = JSON.parse(process.env.PLANTED);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(file)) return loaded;
    let source = Buffer.from(loaded.source ?? "").toString();
    for (const [from, to] of edits) {
      // A plant that no longer takes root would prove nothing.
      if (!source.includes(from)) throw new RangeError(`${file} no longer has ${from}`);
      source = source.replace(from, () => to);
    }
    return { ...loaded, source };
  },
});
