import {
  cruise,
  type ICruiseOptions,
  type ICruiseResult,
  type IForbiddenRuleType,
} from "dependency-cruiser";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";

/** Node modules and packages that a folder must not touch at all. */
const world = [
  "core",
  "npm",
  "npm-dev",
  "npm-optional",
  "npm-peer",
  "npm-no-pkg",
  "npm-unknown",
  "unknown",
  "undetermined",
] as const;

/** `from` may import only what `may` matches; packages only those named. */
function wall(
  name: string,
  comment: string,
  from: string,
  may: string,
  packages: readonly string[] = [],
): IForbiddenRuleType[] {
  const allowed = packages.map((one) => `node_modules/${one}/`).join("|");
  return [
    {
      name,
      comment,
      severity: "error",
      from: { path: from },
      to: { path: "^(src|flows|test|bench)/", pathNot: may },
    },
    {
      name: `${name}-packages`,
      comment,
      severity: "error",
      from: { path: from },
      to: { dependencyTypes: [...world], ...(allowed && { pathNot: allowed }) },
    },
  ];
}

/** Who may import whom, with the reason. */
export const walls: IForbiddenRuleType[] = [
  ...wall("core", "the core decides and is pure", "^src/core/", "^src/core/", ["xstate"]),
  ...wall("ports", "ports are promises in the core's words", "^src/ports/", "^src/(ports|core)/"),
  ...wall("flows", "a flow is pure and knows no adapter", "^flows/", "^(flows|src/core)/", [
    "xstate",
    "zod",
  ]),
  ...wall("app", "the app knows ports, never an adapter", "^src/app/", "^src/(app|ports|core)/"),
  {
    name: "adapters",
    comment: "an adapter knows its own folder, ports and core; no adapter imports another",
    severity: "error",
    from: { path: "^src/adapters/([^/]+)/" },
    to: { path: "^(src|flows|test|bench)/", pathNot: "^src/(adapters/$1|ports|core)/" },
  },
  ...wall(
    "config",
    "settings are read from an environment that is passed in",
    "^src/(config|settings)\\.ts$",
    "^src/(core/|settings\\.ts)",
    ["zod"],
  ),
  {
    name: "main",
    comment: "only main knows all, and nobody knows main but what starts or compiles it",
    severity: "error",
    from: { path: "^(flows|src/(?!(start|compile)\\.mjs))" },
    to: { path: "^src/main\\.ts$" },
  },
  {
    name: "cycles",
    comment: "a cycle has no first thing to understand",
    severity: "error",
    from: { path: "^(src|flows)/" },
    to: { circular: true },
  },
];

export async function cruiseHouse(baseDir: string): Promise<ICruiseResult> {
  const options: ICruiseOptions = {
    baseDir,
    ruleSet: { forbidden: walls },
    validate: true,
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  };
  const { output } = await cruise(["src", "flows"], options, undefined, {
    tsConfig: extractTsConfig("tsconfig.json"),
  });
  return output as ICruiseResult;
}
