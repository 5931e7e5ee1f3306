/** When something that WhatsApp refused for now, or did not answer, is tried again. */
import { RequestRefusedError } from "./session.ts";

/** WhatsApp's codes for "not now": too many at once, or trouble of its own. Anything else would end alike again. */
const TEMPORARY: ReadonlySet<number> = new Set([429, 500, 503]);
/**
 * Waits after the 1st, 2nd … refusal, milliseconds (ours); after the last one it has failed. A question that stays
 * unanswered says nothing about what it was for: it is asked again after the last wait, as long as that is wanted.
 */
const WAITS_MS = [2_000, 8_000, 30_000, 120_000] as const;
/**
 * WhatsApp answers within a second. A message without an answer for so long, though the connection stands, goes out
 * again; the id makes that harmless. Milliseconds (ours).
 */
export const ANSWER_PATIENCE_MS = 60_000;
/** Milliseconds that an answer is waited for while others wait behind (ours); WhatsApp answers within a second. */
const PATIENCE_MS = 10_000;

/**
 * @param code WhatsApp's, or null when a question was not answered at all
 * @param refusals how often it was refused so far, at least 1
 * @returns milliseconds until it is tried again; null when it has failed
 */
export function waitAfterRefusalMs(code: number | null, refusals: number): number | null {
  if (isForGood(code)) return null;
  return WAITS_MS[refusals - 1] ?? (code === null ? WAITS_MS[WAITS_MS.length - 1] : null) ?? null;
}

/** Whether WhatsApp refused something, by this code, as it would again; null = it did not answer. */
export const isForGood = (code: number | null): boolean => code !== null && !TEMPORARY.has(code);

/**
 * Waits for work that ends with WhatsApp's answers. Baileys takes a question that is left unanswered for one that was
 * answered with nothing, but only after a longer time than this.
 * @throws RequestRefusedError without a code when it takes too long
 */
export async function answered<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new RequestRefusedError(null)), PATIENCE_MS);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
