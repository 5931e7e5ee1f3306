/** A stored file as an HTTP answer: ranges, ETag, and nothing that a browser would run. */

/** Types a browser may show; every other file is downloaded. */
const SHOWN = new Set([
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "video/mp4",
  "video/3gpp",
  "video/webm",
  "audio/ogg",
  "audio/mpeg",
  "audio/mp4",
  "audio/aac",
  "audio/amr",
  "audio/wav",
  "application/pdf",
]);

/** Whoever has it asks each time whether it is still to be had (ETag): links end, and files are deleted. */
const CACHE = "private, no-cache";

/** `inline` or `attachment`, with the name in the two spellings of RFC 6266. */
function disposition(shown: boolean, encodedName: string | undefined): string {
  const kind = shown ? "inline" : "attachment";
  if (!encodedName) return kind;
  const ascii = decodeURIComponent(encodedName).replace(/[^\x20-\x7e]|["\\]/g, "_");
  // Encoded once more: encodeURIComponent leaves ' ( ) * as they are, which the header does not allow.
  const extended = encodedName.replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${extended}`;
}

interface Part {
  offset: number;
  length: number;
}

/** One range, as RFC 9110 writes it; null for a header that is to be ignored. */
function partOf(header: string | null, size: number): Part | "unsatisfiable" | null {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return null;
  const offset = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(size, Number(to) + 1);
  return offset < end ? { offset, length: end - offset } : "unsatisfiable";
}

/** @returns null when there is no such file */
export async function serveFile(bucket: R2Bucket, key: string, request: Headers): Promise<Response | null> {
  const file = await bucket.head(key);
  if (!file) return null;
  const headers = headersOf(file);
  const known = request.get("If-None-Match")?.split(",") ?? [];
  if (known.some((tag) => tag.trim() === file.httpEtag)) return new Response(null, { status: 304, headers });
  const part = partOf(request.get("Range"), file.size);
  if (part === "unsatisfiable") {
    return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${file.size}` } });
  }
  const { offset, length } = part ?? { offset: 0, length: file.size };
  const found = await bucket.get(key, part ? { range: part } : {});
  if (!found) return null;
  if (part) headers.set("Content-Range", `bytes ${offset}-${offset + length - 1}/${file.size}`);
  const { readable, writable } = new FixedLengthStream(length);
  // Ends with an error when the reader goes away: nobody is left to be told.
  found.body.pipeTo(writable).catch(() => undefined);
  return new Response(readable, { status: part ? 206 : 200, headers });
}

function headersOf({ httpMetadata, customMetadata, httpEtag }: R2Object): Headers {
  const type = httpMetadata?.contentType ?? "application/octet-stream";
  const shown = SHOWN.has(type.split(";")[0]?.trim() ?? "");
  return new Headers({
    "Content-Type": shown ? type : "application/octet-stream",
    "Content-Disposition": disposition(shown, customMetadata?.fileName),
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": CACHE,
    "Accept-Ranges": "bytes",
    ETag: httpEtag,
  });
}
