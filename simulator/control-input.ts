/** Reading the fields of control requests, with errors that say which field is wrong. */

export class BadRequest extends Error {
  override readonly name = "BadRequest";
}

export class NotFound extends Error {
  override readonly name = "NotFound";
}

type Fields = Record<string, unknown>;

export function requiredText(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value === undefined) throw new BadRequest(`the field "${name}" is missing`);
  return value;
}

export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new BadRequest(`the field "${name}" is not a text`);
}

export function requiredNumber(fields: Fields, name: string): number {
  const value = optionalNumber(fields, name);
  if (value === undefined) throw new BadRequest(`the field "${name}" is missing`);
  return value;
}

/** A number, also as a text of digits, as queries have it. */
export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) return number;
  throw new BadRequest(`the field "${name}" is not a number`);
}

export function optionalFlag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  throw new BadRequest(`the field "${name}" is neither true nor false`);
}

/** One of a few words (or numbers). */
export function oneOf<const T extends string | number>(
  fields: Fields,
  name: string,
  values: readonly T[],
  fallback?: T,
): T {
  const given = fields[name] ?? fallback;
  const found = values.find((value) => String(value) === String(given));
  if (found === undefined) throw new BadRequest(`the field "${name}" must be one of ${values.join(", ")}`);
  return found;
}
