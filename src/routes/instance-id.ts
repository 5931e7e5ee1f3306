const SUFFIX_LENGTH = 5;
const BASE = 36;

/** A new instance's id: `wa_`, the time in base 36, `_`, five random digits of base 36. */
export function generateInstanceId(now: number, random: () => number): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => Math.floor(random() * BASE).toString(BASE));
  return `wa_${now.toString(BASE)}_${suffix.join("")}`;
}
