/** Reads the imports of source files and checks them against a table of arrows. Pure: text in, sentences out. */
import { posix } from "node:path";

/** One import of one file. */
export interface Import {
  /** Path from the project's root, with `/`. */
  from: string;
  /** Path from the project's root, or the name of a package. */
  to: string;
  isPackage: boolean;
  /** Gone when the program runs: `import type`, `export type … from`, or every name marked `type`. */
  typeOnly: boolean;
}

export interface ImportRules {
  /** Part of the tree → the parts it may import; a part may always import itself. */
  arrows: Readonly<Record<string, readonly string[]>>;
  /** The part a file belongs to; undefined for a file that no part covers. */
  partOf: (path: string) => string | undefined;
  /** Files that every part may import, but types only. */
  typeLeaves: readonly string[];
  /** Files that every part may import. */
  leaves: readonly string[];
  /** Package (a name, or a prefix that ends in `/` or `:`) → who may import it, by path prefix. */
  packages: Readonly<Record<string, readonly PackageUse[]>>;
}

/** A path prefix, or one that may only take types. */
export type PackageUse = string | { types: string };

const FROM = /^(import|export)\s+(type\s+)?([\w*{},\s$]+?)\s*from\s+"([^"]+)"/gm;
const BARE = /^import\s+"([^"]+)"/gm;
const DYNAMIC = /^(?!\s*(?:\*|\/\/)).*?(typeof\s+)?\bimport\(\s*"([^"]+)"\s*\)/gm;

const onlyTypes = (names: string): boolean =>
  /^\{[^}]*\}$/.test(names) &&
  names
    .slice(1, -1)
    .split(",")
    .filter((name) => name.trim() !== "")
    .every((name) => /^\s*type\s/.test(name));

/** All imports of one file, static and dynamic. */
export function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const isPackage = !specifier.startsWith(".");
    const to = isPackage ? specifier : posix.normalize(posix.join(posix.dirname(path), specifier));
    found.push({ from: path, to, isPackage, typeOnly });
  };
  for (const [, , type, names = "", specifier = ""] of text.matchAll(FROM)) {
    add(specifier, type !== undefined || onlyTypes(names));
  }
  for (const [, specifier = ""] of text.matchAll(BARE)) add(specifier, false);
  for (const [, typeOf, specifier = ""] of text.matchAll(DYNAMIC)) add(specifier, typeOf !== undefined);
  return found;
}

function packageViolation({ from, to, typeOnly }: Import, { packages }: ImportRules): string | null {
  const name = Object.keys(packages).find((known) =>
    /[/:]$/.test(known) ? to.startsWith(known) : to === known || to.startsWith(`${known}/`),
  );
  if (name === undefined) return `${from} imports ${to}, a package no rule knows`;
  const allowed = (packages[name] ?? []).some((use) =>
    typeof use === "string" ? from.startsWith(use) : typeOnly && from.startsWith(use.types),
  );
  return allowed ? null : `${from} imports ${to}`;
}

function fileViolation({ from, to, typeOnly }: Import, rules: ImportRules): string | null {
  const { arrows, leaves, typeLeaves, partOf } = rules;
  const [source, target] = [partOf(from), partOf(to)];
  if (source === undefined) return `${from} belongs to no part of the table`;
  if (source === target || leaves.includes(to)) return null;
  if (typeLeaves.includes(to) && typeOnly) return null;
  if (target !== undefined && arrows[source]?.includes(target)) return null;
  return `${from} imports ${to}`;
}

/** One sentence for each import that the rules do not allow. */
export function violations(imports: readonly Import[], rules: ImportRules): string[] {
  return imports.flatMap((found) => (found.isPackage ? packageViolation : fileViolation)(found, rules) ?? []);
}

/** Circles among the parts through imports that exist at run time, each as `a → b → a`. */
export function cycles(imports: readonly Import[], { partOf }: Pick<ImportRules, "partOf">): string[] {
  const graph = new Map<string, Set<string>>();
  for (const { from, to, isPackage, typeOnly } of imports) {
    const [source, target] = [partOf(from), partOf(to)];
    if (isPackage || typeOnly || !source || !target || source === target) continue;
    graph.set(source, (graph.get(source) ?? new Set()).add(target));
  }
  const found: string[] = [];
  const finished = new Set<string>();
  const visit = (part: string, path: readonly string[]): void => {
    const start = path.indexOf(part);
    if (start >= 0) {
      found.push([...path.slice(start), part].join(" → "));
      return;
    }
    if (finished.has(part)) return;
    for (const next of graph.get(part) ?? []) visit(next, [...path, part]);
    finished.add(part);
  };
  for (const part of graph.keys()) visit(part, []);
  return found;
}
