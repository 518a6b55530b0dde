import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const path = fileURLToPath(new URL("../../docker-compose.yml", import.meta.url));

export interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  command?: string[];
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  restart?: string;
  read_only?: boolean;
  init?: boolean;
}

/** The compose file as Compose reads it: merged, with what `settings` (its `.env`) has in place of the variables. */
export function readCompose(settings: Readonly<Record<string, string>> = {}): Compose {
  // Variables are filled in after YAML is read, so that no value changes what the file says.
  return parse(
    readFileSync(path, "utf8"),
    (_, value: unknown) => (typeof value === "string" ? filled(value, settings) : value),
    { merge: true },
  ) as Compose;
}

const filled = (text: string, settings: Readonly<Record<string, string>>): string =>
  text.replace(
    /\$\{(\w+):-([^}]*)\}/gu,
    (_, name: string, otherwise: string) => settings[name] ?? otherwise,
  );

/** The files that the Dockerfile copies from the repository, as it names them. */
export function copiedFiles(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/^COPY (?!--)(.+)$/gmu)].flatMap(([, words = ""]) =>
    words.split(" ").slice(0, -1),
  );
}
