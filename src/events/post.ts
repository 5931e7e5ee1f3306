/** One POST to a receiver: the only place that talks to webhooks. Limits: 15 s, no redirects, 64 KiB of answer. */
import { readAtMost } from "./read-at-most.ts";

const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 64 * 1_024;
const USER_AGENT = "wasup-edge/0.1";

export interface PostRequest {
  url: string;
  body: string;
  /** Beside the content type and our name, which they can't replace. */
  headers: Record<string, string>;
}

export interface PostResult {
  /** Null when there was no answer. */
  status: number | null;
  /** The answer as text, null when there was none or it was too long. */
  body: string | null;
  /** What was read of the answer: all of it, or the beginning of one that was too long. */
  beginning: string | null;
  /** Milliseconds asked for by `Retry-After`. */
  retryAfterMs: number | null;
  /** One short sentence; null for a 2xx. */
  error: string | null;
}

export type Post = (request: PostRequest) => Promise<PostResult>;

/** A request that got no answer, or was not made. */
export function unanswered(error: string): PostResult {
  return { status: null, body: null, beginning: null, retryAfterMs: null, error };
}

/** Never throws: an unreachable receiver is a result. */
export const postJson: Post = async ({ url, body, headers }) => {
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { ...headers, "Content-Type": "application/json", "User-Agent": USER_AGENT },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { text, isWhole } = await readAtMost(response.body, ANSWER_BYTES);
    return {
      status: response.status,
      body: isWhole ? text : null,
      beginning: text,
      retryAfterMs: retryAfter(response.headers.get("Retry-After")),
      error: response.ok ? null : `The webhook answered ${response.status}`,
    };
  } catch (error) {
    const timedOut = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return unanswered(
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
