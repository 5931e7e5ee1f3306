import type { MiddlewareHandler } from "hono";
import { refuse } from "../errors.ts";
import { LIMITS } from "../schemas/limits.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";
import { jsonDepth } from "./json-depth.ts";

const METHODS_WITH_BODY = new Set(["POST", "PUT", "PATCH"]);
const PIECE_BYTES = 65_536;

/**
 * Bytes behind the limit that are read and dropped. The runtime ends the line when an answer leaves much of a body unread,
 * and a client that is still sending then sees a broken connection instead of the answer.
 */
const DROPPED_BYTES = 8 * 1_048_576;

/**
 * The whole body; `too_large` as soon as it is larger than `maxBytes`, whatever `Content-Length` claims; `broken` when
 * the caller stopped before its end, or the line broke: to the runtime that is a failure that may pass, like an object's.
 */
async function readLimited(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | "too_large" | "broken"> {
  if (request.body === null) return new Uint8Array(0);
  const announced = Number(request.headers.get("Content-Length") ?? 0);
  if (announced > maxBytes) {
    // A client that breaks off needs no answer.
    if (announced <= maxBytes + DROPPED_BYTES) await request.body.pipeTo(new WritableStream()).catch(() => undefined);
    return "too_large";
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const read = () => reader.read().catch(() => null);
  for (let part = await read(); !part?.done; part = await read()) {
    if (part === null) return "broken";
    size += part.value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      return "too_large";
    }
    chunks.push(part.value);
  }
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}

/** Piece by piece, because what is decoded is a copy that nobody needs. */
function isUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  try {
    for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
      decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

interface BodyLimits {
  maxBytes: number;
  /** The one path that takes files, and how much of them as JSON. */
  uploadPath: string;
  uploadBytes: number;
  /** How much a session may have that is imported. */
  sessionBytes: number;
}

/** Whether a body is declared as JSON, in any case; one without a type is taken for it. */
export const isDeclaredJson = (contentType: string | undefined): boolean => /^$|json/i.test(contentType ?? "");

const SESSION_PATH = /^\/api\/instances\/[^/]+\/session$/;

/**
 * Reads the body of a call that may have one, so that validation sees nothing too large (413), cut off, too deep or
 * not UTF-8 (400). An empty body counts as `{}`, whatever type it declares: defaults apply, and what is missing gets named.
 */
export function jsonBody({
  maxBytes: usual,
  uploadPath,
  uploadBytes,
  sessionBytes,
}: BodyLimits): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (!METHODS_WITH_BODY.has(c.req.method)) return next();
    const isUpload = c.req.path === uploadPath;
    // A file that is no JSON is a stream, and read as one.
    if (isUpload && !isDeclaredJson(c.req.header("Content-Type"))) return next();
    const maxBytes = isUpload ? uploadBytes : SESSION_PATH.test(c.req.path) ? sessionBytes : usual;
    const { url, method, headers: given } = c.req.raw;
    const body = await readLimited(c.req.raw, maxBytes);
    if (body === "too_large") {
      const limit = `at most ${maxBytes.toLocaleString("en")} bytes`;
      throw new RefusalError(refuse("too_large", "The body is too large", { hint: `Send ${limit}` }).error);
    }
    if (body === "broken") {
      const hint = "Send as much as Content-Length says, or the chunks to the last";
      throw new RefusalError(refuse("invalid_request", "The body broke off before its end", { hint }).error);
    }
    if (jsonDepth(body) > LIMITS.jsonDepth) {
      const hint = `Nest objects and arrays at most ${LIMITS.jsonDepth} levels deep`;
      throw new RefusalError(refuse("invalid_request", "The body is nested too deeply", { hint }).error);
    }
    if (!isUtf8(body)) {
      throw new RefusalError(refuse("invalid_request", "The body is not UTF-8", { hint: "Send JSON as UTF-8" }).error);
    }
    const headers = new Headers(given);
    if (body.byteLength === 0) headers.set("Content-Type", "application/json");
    c.req.raw = new Request(url, { method, headers, body: body.byteLength === 0 ? "{}" : body });
    return next();
  };
}
