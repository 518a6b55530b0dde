import { defineConfig } from "vitest/config";

const include = (suffix: string) => [`test/**/*.${suffix}.ts`];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          maxWorkers: 3,
          testTimeout: 60_000,
          include: include("test"),
          exclude: [...include("int.test"), ...include("e2e.test")],
        },
      },
      // Many files wait for processes more than they compute.
      {
        test: {
          name: "int",
          maxWorkers: 3,
          include: include("int.test"),
          testTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        test: {
          name: "e2e",
          include: include("e2e.test"),
          globalSetup: "test/support/unpack-browser.ts",
          testTimeout: 120_000,
          // After the others, one at a time: a storm of kills wants a machine of its own.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          // A page answers when it can; on a busy machine that takes a while.
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
