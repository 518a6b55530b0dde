/** Time and chance, so that a test can hold both. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Random bytes, unguessable. */
  random(bytes: number): Uint8Array;
}
