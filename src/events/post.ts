/** One POST to a receiver: the only place that talks to webhooks. Limits: 15 s, no redirects, 64 KiB of answer. */
import { readAtMost } from "./read-at-most.ts";

const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 64 * 1_024;
const USER_AGENT = "wasup-edge/0.1";

export interface PostResult {
  /** Null when there was no answer. */
  status: number | null;
  /** The answer as text, null when there was none or it was too long. */
  body: string | null;
  /** Milliseconds asked for by `Retry-After`. */
  retryAfterMs: number | null;
  /** One short sentence; null for a 2xx. */
  error: string | null;
}

export type Post = (url: string, body: string) => Promise<PostResult>;

/** Never throws: an unreachable receiver is a result. */
export const postJson: Post = async (url, body) => {
  const failed = (error: string): PostResult => ({ status: null, body: null, retryAfterMs: null, error });
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "User-Agent": USER_AGENT },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await readAtMost(response.body, ANSWER_BYTES);
    return {
      status: response.status,
      body: answer,
      retryAfterMs: retryAfter(response.headers.get("Retry-After")),
      error: response.ok ? null : `The webhook answered ${response.status}`,
    };
  } catch (error) {
    const timedOut = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return failed(
      timedOut ? `The webhook did not answer within ${TIMEOUT_MS / 1_000} s` : "The webhook is unreachable",
    );
  }
};

/** Seconds or an HTTP date. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
