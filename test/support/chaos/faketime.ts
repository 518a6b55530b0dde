import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(
  new URL("../../../node_modules/.cache/ombud-faketime", import.meta.url),
);

/** The clock that some processes see; it can be set while they run. */
export interface FakeClock {
  /** With these in its environment a process sees it. */
  environment: Readonly<Record<string, string>>;
  /** So far from the real time; seen within a second. */
  set(offsetMs: number): void;
  remove(): void;
}

/** Debian's libfaketime, unpacked into a folder of the project; undefined, after a line that says so, where it can't be had; in CI that fails. */
export async function openFakeTime(): Promise<(() => FakeClock) | undefined> {
  try {
    const library = await find();
    return () => {
      const folder = mkdtempSync(join(tmpdir(), "ombud-clock-"));
      const file = join(folder, "offset");
      const set = (offsetMs: number) =>
        writeFileSync(file, `${offsetMs < 0 ? "-" : "+"}${Math.abs(offsetMs / 1000)}`);
      set(0);
      return {
        environment: {
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: file,
          FAKETIME_CACHE_DURATION: "1",
          // Without it Node hangs (libfaketime#390).
          FAKETIME_DONT_FAKE_MONOTONIC: "1",
        },
        set,
        remove: () => rmSync(folder, { recursive: true, force: true }),
      };
    };
  } catch (error) {
    const why = `there is no libfaketime (${(error as Error).message.split("\n")[0]}): install Debian's package`;
    if (process.env["CI"] === "true") throw new Error(why, { cause: error });
    console.warn(`clocks don't jump: ${why}`);
    return undefined;
  }
}

async function find(): Promise<string> {
  if (!existsSync(cache)) await fetchIt();
  const at = readdirSync(join(cache, "usr/lib")).map((folder) =>
    join(cache, "usr/lib", folder, "faketime/libfaketimeMT.so.1"),
  );
  const found = at.find((path) => existsSync(path));
  if (!found) throw new Error("the package has another form");
  return found;
}

async function fetchIt(): Promise<void> {
  mkdirSync(join(cache, ".."), { recursive: true });
  const folder = mkdtempSync(`${cache}-`);
  try {
    await run("apt-get", ["download", "libfaketime"], { cwd: folder, timeout: 60_000 });
    const [file] = readdirSync(folder);
    await run("dpkg", ["-x", join(folder, file ?? ""), join(folder, "unpacked")]);
    renameSync(join(folder, "unpacked"), cache);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
