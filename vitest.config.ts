import { defineConfig } from "vitest/config";

const include = (suffix: string) => [`test/**/*.${suffix}.ts`];

export default defineConfig({
  test: {
    // Many files wait for processes and pages more than they compute.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
          include: include("test"),
          exclude: [...include("int.test"), ...include("e2e.test")],
        },
      },
      { test: { name: "int", include: include("int.test"), testTimeout: 30_000 } },
      {
        test: {
          name: "e2e",
          include: include("e2e.test"),
          globalSetup: "test/support/unpack-browser.ts",
          testTimeout: 120_000,
          // A page answers when it can; on a busy machine that takes a while.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
