import { machine } from "../../../flows/refund/machine.ts";
import type { Meaning } from "../../../src/commands/verify/answers.ts";
import { openOn, take as takeOn, type Dialogue } from "../../../src/commands/verify/dialogue.ts";

export {
  day,
  hour,
  moment,
  noon,
  picture,
  timeZone,
} from "../../../src/commands/verify/answers.ts";

export const opened = (at?: number): Dialogue => openOn(machine, at);

export const take = (dialogue: Dialogue, ...meanings: Meaning[]): Dialogue =>
  meanings.reduce((at, meaning) => takeOn(machine, at, meaning), dialogue);
