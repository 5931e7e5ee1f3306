/**
 * Fetches a file from a URL that a caller named: every address is checked, redirects included. The caller learns fixed
 * sentences only, never what an address answered.
 */
import { ok, type Refusal, type Result, refuse } from "../errors.ts";
import { checkFetchTarget, type TargetPolicy } from "./fetch-target.ts";

const TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface FetchFileOptions {
  policy: TargetPolicy;
  /** A larger `Content-Length` is refused at once; what comes without one is counted by who reads it. */
  maxBytes: number;
  /** The field that named the URL, for the error's issue. */
  field: string;
  /** Milliseconds for all of it, the body included; 30 s when left out. */
  timeoutMs?: number;
  headers?: Record<string, string>;
  /** Default: the platform's. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

export interface FetchedFile {
  /** Where it was found in the end. */
  url: URL;
  /** Lower case, without parameters; null when the server told none. */
  contentType: string | null;
  /** Encoding of a text; null when the server told none. */
  charset: string | null;
  /** Bytes of the body, as the server announced; null when it told nothing, or those of a compressed body. */
  contentLength: number | null;
  /** Fails when the time limit is passed. Read it or cancel it. */
  body: ReadableStream<Uint8Array>;
}

/** @param field that named the file */
export function tooLarge(maxBytes: number, field: string): { ok: false; error: Refusal } {
  const remedy = `Use a file of at most ${maxBytes.toLocaleString("en")} bytes`;
  return refuse("too_large", "The file is too large", { hint: remedy, issues: [{ path: field, message: remedy }] });
}

/** Refusals: `invalid_request` with the field's issue (bad address, unreachable, not 2xx), `too_large` with it. */
export async function fetchFile(text: string, options: FetchFileOptions): Promise<Result<FetchedFile>> {
  const { policy, maxBytes, field, timeoutMs = TIMEOUT_MS, headers = {} } = options;
  const { fetch: call = (url, init) => fetch(url, init) } = options;
  const invalid = (message: string) =>
    refuse("invalid_request", "The file could not be read", { issues: [{ path: field, message }] });
  const signal = AbortSignal.timeout(timeoutMs);
  let next = text;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const target = checkFetchTarget(next, policy);
    if (!target.ok) return invalid(hop === 0 ? target.message : `The address redirects. ${target.message}`);
    const response = await call(target.url.href, { redirect: "manual", signal, headers }).catch(() => null);
    if (response === null) return invalid(`The address could not be reached within ${timeoutMs / 1_000} seconds`);
    const location = REDIRECTS.has(response.status) ? response.headers.get("Location") : null;
    if (location === null) return fileOf(target.url, response);
    await response.body?.cancel();
    if (!URL.canParse(location, target.url.href)) return invalid("The address redirects to something that is no URL");
    next = new URL(location, target.url).href;
  }
  return invalid(`The address redirects more than ${MAX_REDIRECTS} times`);

  async function fileOf(url: URL, response: Response): Promise<Result<FetchedFile>> {
    const contentLength = announcedSize(response.headers);
    const refusal = !response.ok
      ? invalid(`The address answered ${response.status}`)
      : (contentLength ?? 0) > maxBytes
        ? tooLarge(maxBytes, field)
        : null;
    if (refusal !== null || response.body === null) {
      await response.body?.cancel();
      return refusal ?? invalid("The address answered without a file");
    }
    const type = response.headers.get("Content-Type") ?? "";
    const contentType = type.split(";")[0]?.trim().toLowerCase() || null;
    const charset = /;\s*charset\s*=\s*"?([\w:.-]+)/i.exec(type)?.[1] ?? null;
    return ok({ url, contentType, charset, contentLength, body: response.body });
  }
}

function announcedSize(headers: Headers): number | null {
  const announced = Number(headers.get("Content-Length") ?? Number.NaN);
  const isOfTheFile = (headers.get("Content-Encoding") ?? "identity") === "identity";
  return isOfTheFile && Number.isSafeInteger(announced) && announced >= 0 ? announced : null;
}

/** The whole of a small file; `invalid_request` when it broke off, `too_large` when it goes on after the limit. */
export async function readFile({ body }: Pick<FetchedFile, "body">, maxBytes: number, field: string) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      // Leaving the loop cancels the rest.
      if (size > maxBytes) return tooLarge(maxBytes, field);
      chunks.push(chunk);
    }
  } catch {
    const issues = [{ path: field, message: "The file broke off before its end" }];
    return refuse("invalid_request", "The file could not be read", { issues });
  }
  return ok(new Uint8Array(Buffer.concat(chunks)));
}
