import type { Json } from "./model.ts";

/** Discord's own OpenAPI file, as zod schemas (npm `discord-api-spec`). */
interface Schema {
  safeParse(value: unknown): { success: boolean; error?: { issues: readonly Issue[] } };
  _zod: { def: Definition };
}

interface Issue {
  code: string;
  path: readonly PropertyKey[];
  message: string;
  errors?: readonly (readonly Issue[])[];
  maximum?: number;
  minimum?: number;
  expected?: string;
}

interface Definition {
  type: string;
  shape?: Record<string, Schema>;
  element?: Schema;
  innerType?: Schema;
  options?: readonly Schema[];
  getter?: () => Schema;
}

export interface Spec {
  /** Whether Discord has a route for this path, or this template. */
  knows(method: string, path: string): boolean;
  /** What is wrong with the body: "components.0.type: …". Empty if nothing is. */
  faultsOf(names: readonly string[], body: unknown): Fault[];
  /** Fields that no schema names; Discord ignores them, but they are a mistake. */
  strangersIn(names: readonly string[], body: unknown): string[];
}

export interface Fault {
  path: string;
  message: string;
}

// Through variables, because the package's type files are not for this compiler.
const schemasPath: string = "discord-api-spec/zod";
const pathsPath: string = "discord-api-spec";
let loaded: Promise<Spec> | undefined;

/** Takes a fifth of a second, once in a process. */
export function loadSpec(): Promise<Spec> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Spec> {
  const schemas = (await import(schemasPath)) as Readonly<Record<string, Schema>>;
  const { pathsList } = (await import(pathsPath)) as { pathsList: Record<string, string[]> };
  const find = (name: string): Schema => {
    const schema = schemas[`${name}Schema`];
    if (schema === undefined) throw new Error(`Discord's file has no schema ${name}`);
    return schema;
  };
  return {
    knows: (method, path) =>
      (pathsList[method.toLowerCase()] ?? []).some(
        (template) => template === path || patternOf(template).test(path),
      ),
    faultsOf(names, body) {
      const failures: Fault[][] = [];
      for (const name of names) {
        const result = find(name).safeParse(body);
        if (result.success) return [];
        const faults = (result.error?.issues ?? []).flatMap((issue) => flatten(issue, body));
        if (faults.length === 0) return [];
        failures.push(faults);
      }
      return failures.sort((a, b) => a.length - b.length)[0] ?? [];
    },
    strangersIn(names, body) {
      const found = names.map((name) => strangers(find(name), body, ""));
      return found.sort((a, b) => a.length - b.length)[0] ?? [];
    },
  };
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/gu, "[^/]+")}$`, "u");
}

/** Of a choice, only the branch that was meant: the one whose `type` fits. */
function flatten(issue: Issue, body: unknown, above: readonly PropertyKey[] = []): Fault[] {
  const path = [...above, ...issue.path];
  if (issue.errors !== undefined && issue.errors.length > 0) {
    const meant = issue.errors.filter(
      (branch) => !branch.some((one) => one.path.length === 1 && one.path[0] === "type"),
    );
    const [branch = []] = meant.length > 0 ? meant : issue.errors;
    return branch.flatMap((one) => flatten(one, body, path));
  }
  // Permissions are numbers in the file and strings of digits in the reference.
  const bits = ["default_member_permissions", "allow", "deny"];
  if (bits.includes(String(path.at(-1))) && /^\d+$/u.test(String(valueAt(body, path)))) return [];
  const limit =
    issue.maximum !== undefined
      ? ` (at most ${issue.maximum})`
      : issue.minimum !== undefined
        ? ` (at least ${issue.minimum})`
        : issue.expected !== undefined
          ? ` (expected ${issue.expected})`
          : "";
  return [{ path: path.map(String).join("."), message: `${issue.code}${limit}` }];
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    body,
  );
}

function strangers(schema: Schema, value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { def } = schema._zod;
  const inner = def.innerType ?? def.getter?.();
  if (inner !== undefined) return strangers(inner, value, path);
  if (def.type === "union") {
    const fitting = (def.options ?? []).filter((option) => option.safeParse(value).success);
    const found = fitting.map((option) => strangers(option, value, path));
    return found.sort((a, b) => a.length - b.length)[0] ?? [];
  }
  if (Array.isArray(value)) {
    const { element } = def;
    if (element === undefined) return [];
    return value.flatMap((one, index) => strangers(element, one, `${path}${index}.`));
  }
  const { shape } = def;
  if (shape === undefined) return [];
  return Object.entries(value as Json).flatMap(([key, one]) => {
    const field = shape[key];
    return field === undefined ? [`${path}${key}`] : strangers(field, one, `${path}${key}.`);
  });
}
