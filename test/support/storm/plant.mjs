// Loaded before the bot (`--import`): changes its source while it is read, as PLANTED says.
import { registerHooks } from "node:module";

const plants = JSON.parse(process.env.PLANTED);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = plants.filter(({ file }) => url.endsWith(file));
    if (here.length === 0) return loaded;
    let source = Buffer.from(loaded.source ?? "").toString();
    for (const [from, to] of here.flatMap(({ edits }) => edits)) {
      // A plant that no longer takes root would prove nothing.
      if (!source.includes(from)) throw new RangeError(`${url} no longer has ${from}`);
      source = source.replace(from, () => to);
    }
    return { ...loaded, source };
  },
});
