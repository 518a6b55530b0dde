import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Field {
  name: string;
  types: string[];
  required: boolean;
  description: string;
}
interface Spec {
  methods: Record<string, { fields?: Field[] }>;
  types: Record<string, { fields?: Field[]; subtypes?: string[] }>;
}

/** Bot API 10.1 as data; lies beside the repository, not in it. */
const file = fileURLToPath(
  new URL("../../../../shared/specs/telegram-bot-api.json", import.meta.url),
);

/** Why nothing is checked against the specification; undefined where it is. */
export const specMissing = existsSync(file)
  ? undefined
  : `${file} is not there: methods, fields and types of requests are not checked`;

/** The faults of a value, each with the path to it; `foreign` where it is not even meant for this type. */
type Check = (value: unknown, path: string, faults: string[]) => boolean;

export interface SpecCheck {
  /** Undefined when the specification knows no such method. */
  (method: string, params: Record<string, unknown>): readonly string[] | undefined;
}

let loaded: SpecCheck | undefined;

/** Checks a request's method, fields and types, nested ones included; undefined where the specification is missing. */
export function openSpec(): SpecCheck | undefined {
  if (specMissing) return undefined;
  loaded ??= createCheck(JSON.parse(readFileSync(file, "utf8")) as Spec);
  return loaded;
}

const scalars: Record<string, (value: unknown) => boolean> = {
  Integer: (value) => Number.isSafeInteger(value),
  Float: (value) => typeof value === "number" && Number.isFinite(value),
  String: (value) => typeof value === "string",
  Boolean: (value) => typeof value === "boolean",
  // By now a part of the multipart body and, in the field, the reference to it.
  InputFile: (value) => typeof value === "string" && value.startsWith("attach://"),
};

function createCheck(spec: Spec): SpecCheck {
  const objects = new Map<string, Check>();
  const methods = new Map<string, Check>();

  function ofType(name: string): Check {
    if (name.startsWith("Array of ")) {
      const item = ofType(name.slice("Array of ".length));
      return (value, path, faults) => {
        if (!Array.isArray(value)) {
          faults.push(`${path} is no array`);
          return false;
        }
        let meant = true;
        for (const [index, each] of value.entries())
          meant = item(each, `${path}[${index}]`, faults) && meant;
        return meant;
      };
    }
    const scalar = scalars[name];
    if (scalar)
      return (value, path, faults) => {
        if (scalar(value)) return true;
        faults.push(`${path} is no ${name}: ${JSON.stringify(value)}`);
        return false;
      };
    // Types refer to each other in circles, so the look-up waits for the first value.
    return (value, path, faults) => {
      let check = objects.get(name);
      if (!check) objects.set(name, (check = ofNamed(name)));
      return check(value, path, faults);
    };
  }

  function ofNamed(name: string): Check {
    const type = spec.types[name];
    if (!type) throw new RangeError(`the specification has no type ${name}`);
    if (type.subtypes) return ofUnion(type.subtypes);
    return ofFields(type.fields ?? [], name);
  }

  /** The member without a fault; else the faults of the one that was most probably meant. */
  function ofUnion(names: readonly string[]): Check {
    const checks = names.map(ofType);
    const [only] = checks;
    if (checks.length === 1 && only) return only;
    return (value, path, faults) => {
      let nearest: { meant: boolean; faults: string[] } | undefined;
      for (const check of checks) {
        const found: string[] = [];
        const meant = check(value, path, found);
        if (found.length === 0) return true;
        const isNearer =
          !nearest ||
          (meant && !nearest.meant) ||
          (meant === nearest.meant && found.length < nearest.faults.length);
        if (isNearer) nearest = { meant, faults: found };
      }
      faults.push(...(nearest?.faults ?? []));
      return nearest?.meant ?? false;
    };
  }

  function ofFields(list: readonly Field[], owner: string): Check {
    const fields = new Map(list.map((field) => [field.name, ofUnion(field.types)]));
    const required = list.filter((field) => field.required).map(({ name }) => name);
    // "Type of the result, must be photo", 'Type of the reaction, always "emoji"'.
    const constants = list.flatMap(({ name, types, description }) => {
      const fixed = /(?:must be|always) [“"]?([\w-]+)/u.exec(description)?.[1];
      const isKind = ["type", "source", "status"].includes(name) && types[0] === "String";
      return fixed && isKind && name === list[0]?.name ? [[name, fixed] as const] : [];
    });
    return (value, path, faults) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        faults.push(`${path || owner} is no ${owner}: ${JSON.stringify(value)}`);
        return false;
      }
      const given = value as Record<string, unknown>;
      const at = path && `${path}.`;
      let meant = true;
      for (const [name, constant] of constants)
        if (name in given && given[name] !== constant) {
          meant = false;
          faults.push(`${at}${name} is not "${constant}": ${JSON.stringify(given[name])}`);
        }
      for (const name in given) {
        const each = given[name];
        if (each === undefined) continue;
        const check = fields.get(name);
        if (check) check(each, at + name, faults);
        else faults.push(`${owner} has no field ${at}${name}`);
      }
      for (const name of required)
        if (given[name] === undefined) faults.push(`${at}${name} is missing`);
      return meant;
    };
  }

  const none: readonly string[] = [];
  return (method, params) => {
    let check = methods.get(method);
    if (!check) {
      const known = Object.hasOwn(spec.methods, method) ? spec.methods[method] : undefined;
      if (!known) return undefined;
      methods.set(method, (check = ofFields(known.fields ?? [], method)));
    }
    const faults: string[] = [];
    check(params, "", faults);
    return faults.length === 0 ? none : faults;
  };
}
