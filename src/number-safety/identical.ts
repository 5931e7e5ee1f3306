/** The same text to many people is what spam looks like. Answers, short texts and messages without text are exempt. */
import type { Lane } from "./verdict.ts";

/** Characters; shorter texts repeat naturally: "Thank you!" (ours). */
const LEAST_CHARACTERS = 20;

/**
 * What of a text is compared: case and white space do not make it another text.
 * @returns null for a text that may be repeated
 */
export function comparableText(text: string, lane: Lane): string | null {
  if (lane === "reply") return null;
  const compact = text.replace(/\s+/g, " ").trim().toLowerCase();
  return compact.length < LEAST_CHARACTERS ? null : compact;
}
