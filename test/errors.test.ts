import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** `code: yes | no` of every child of BotError, read from the sources. */
function errorsInSources(): string[] {
  return globSync("{src,flows}/**/*.ts", { cwd: root }).flatMap((file) => {
    const classes = readFileSync(`${root}/${file}`, "utf8").split(
      /(?=^export (?:abstract )?class )/mu,
    );
    return classes
      .filter((source) => /^export class \w+ extends BotError\b/u.test(source))
      .map((source) => {
        const code =
          /code = "([a-z-]+)"/u.exec(source)?.[1] ?? `no code in ${source.split("{")[0]}`;
        return `${code}: ${/retryable = true/u.test(source) ? "yes" : "no"}`;
      });
  });
}

function rowsInDocs(): string[][] {
  const page = readFileSync(`${root}/docs/errors.md`, "utf8");
  return page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test("docs/errors.md has a row for every error's code, and no other", () => {
  const documented = rowsInDocs().map(
    ([code, retryable]) => `${code?.replaceAll("`", "")}: ${retryable}`,
  );
  expect(errorsInSources().length).toBeGreaterThan(5);
  expect(documented.toSorted()).toEqual(errorsInSources().toSorted());
});

test("every row says what happened and what to do", () => {
  for (const [code, , happened, todo] of rowsInDocs()) {
    expect(happened, code).toMatch(/\S.*\.$/u);
    expect(todo, code).toMatch(/\S.*\.$/u);
  }
});
