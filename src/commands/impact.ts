/** `npm run impact`: whose outcome changes, and by which row, with the policy as it is in the working tree. */
import { decide, reportImpact } from "./impact-of.ts";
import { onData, print } from "./on-data.ts";

await onData(async (reader) => {
  await reportImpact(reader, decide, print);
  return 0;
});
