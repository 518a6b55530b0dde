/** A desk that is measured. */
export interface MeasuredDesk {
  /** Somebody asks for a person; `opened` is told the case before the desk is. */
  ask(opened: (number: string, askedAt: number) => void): Promise<unknown>;
  /** Another turn of somebody who asks for nobody. */
  turn(): Promise<unknown>;
  /** Of how many turns one asks for a person. */
  oneIn: number;
  /** When each case was first seen there. */
  shownAt: ReadonlyMap<string, number>;
  /** What else is to be said of it. */
  remark(): string;
  close(): Promise<void>;
}
