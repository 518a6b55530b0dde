// `npm test`: runs every project of vitest and closes with the line `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// In CI the gates come first: what a tool or the verifier finds wrong is no candidate.
if (process.env.CI === "true") {
  for (const gate of ["static", "verify"]) {
    const { status } = spawnSync("npm", ["run", "--silent", gate], { stdio: "inherit" });
    if (status !== 0) process.exit(1);
  }
}

const folder = mkdtempSync(join(tmpdir(), "ombud-test-"));
const report = join(folder, "report.json");
try {
  const args = [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ];
  const { status } = spawnSync("npx", ["--no-install", ...args], { stdio: "inherit" });
  const { numPassedTests, numFailedTests, numTotalTestSuites, numFailedTestSuites } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  // A file that can't even be loaded has no test of its own to fail.
  const failed =
    numFailedTests === 0 && status !== 0 ? Math.max(1, numFailedTestSuites) : numFailedTests;
  console.log(`${numTotalTestSuites} suites`);
  console.log(`${numPassedTests} passed, ${failed} failed`);
  process.exitCode = status === 0 && numPassedTests > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
