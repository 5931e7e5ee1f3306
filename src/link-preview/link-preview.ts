/**
 * The preview of a text's first link, under the rules for addresses that a caller names. Best effort: whatever goes
 * wrong, there is no preview (or none with a picture), and nobody waits for longer than both time limits.
 */
import type { LinkPreview } from "../durable/rpc.ts";
import { fetchFile, readFile } from "../net/fetch-file.ts";
import type { TargetPolicy } from "../net/fetch-target.ts";
import { LARGEST_PICTURE_BYTES, thumbnailOf } from "../pictures/thumbnail.ts";
import { firstLink } from "./first-link.ts";
import { pageFacts } from "./page-facts.ts";
import { pageText } from "./page-text.ts";

/** For the page and then for its picture, milliseconds. */
const PAGE_TIMEOUT_MS = 3_000;
const PICTURE_TIMEOUT_MS = 2_000;
/** Bytes of a page that are read: the head of nearly all pages, and of a stream without end no more. */
const PAGE_BYTES = 262_144;
/** Pixels on the longer side: what Baileys gives its previews. */
const THUMBNAIL_PIXELS = 192;

const PAGE_TYPES = new Set(["text/html", "application/xhtml+xml"]);
const HEADERS = { "User-Agent": "WasupEdge/1 (link preview)", Accept: "text/html,application/xhtml+xml;q=0.9" };

export interface PreviewOptions {
  policy: TargetPolicy;
  /** Default: the platform's. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Null when the text has no link, or its page tells nothing. Never throws. */
export async function linkPreview(text: string, options: PreviewOptions): Promise<LinkPreview | null> {
  const link = firstLink(text);
  if (link === null) return null;
  try {
    const page = await readPage(link.url, options);
    if (page === null) return null;
    const { title, description, imageUrl } = page;
    const thumbnail = imageUrl === null ? null : await readThumbnail(imageUrl, options);
    return { url: link.matched, title, description, ...(thumbnail && { thumbnail }) };
  } catch {
    return null;
  }
}

async function readPage(url: string, options: PreviewOptions) {
  const limits = { maxBytes: Number.MAX_SAFE_INTEGER, timeoutMs: PAGE_TIMEOUT_MS, headers: HEADERS };
  const page = await fetchFile(url, { ...options, ...limits, field: "message" });
  if (!page.ok) return null;
  const { contentType, charset, body, url: found } = page.value;
  if (!PAGE_TYPES.has(contentType ?? "")) {
    await body.cancel();
    return null;
  }
  return pageFacts(pageText(await beginning(body, PAGE_BYTES), charset), found);
}

/** Base64 of a small JPEG; null when there is none to be had. */
async function readThumbnail(url: string, options: PreviewOptions): Promise<string | null> {
  const limits = { maxBytes: LARGEST_PICTURE_BYTES, timeoutMs: PICTURE_TIMEOUT_MS };
  const file = await fetchFile(url, { ...options, ...limits, field: "message" });
  if (!file.ok) return null;
  try {
    const bytes = await readFile(file.value, LARGEST_PICTURE_BYTES, "message");
    const thumbnail = bytes.ok && thumbnailOf(bytes.value, THUMBNAIL_PIXELS);
    return thumbnail ? Buffer.from(thumbnail).toString("base64") : null;
  } catch {
    return null;
  }
}

/** The first bytes of a stream; the rest is not read. */
async function beginning(body: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  while (size < most) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.byteLength;
  }
  await reader.cancel();
  return new Uint8Array(Buffer.concat(parts).subarray(0, most));
}
