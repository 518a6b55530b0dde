/** Resolves after `ms`, or when it is told to. Without a signal: each end of one makes an error with its stack, and most sleeps end early. */
export function sleep(ms: number): { done: Promise<void>; abort: () => void } {
  let abort = () => {};
  const done = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    abort = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return { done, abort };
}
