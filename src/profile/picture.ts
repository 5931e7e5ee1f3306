/** The profile picture a caller names: read, and checked against what WhatsApp takes. */
import { ok, type Result, refuse } from "../errors.ts";
import { parseDataUrl } from "../net/data-url.ts";
import { fetchFile, readFile } from "../net/fetch-file.ts";
import type { TargetPolicy } from "../net/fetch-target.ts";
import { jpegSize } from "../pictures/jpeg-size.ts";

/** Pixels: the size WhatsApp's own clients crop to before they upload. */
const LARGEST_SIDE = 640;
/** A JPEG of 640 × 640 is smaller at the best quality. */
export const MAX_PICTURE_BYTES = 512 * 1_024;

const FIELD = "imageUrl";
const invalid = (message: string) =>
  refuse("invalid_request", "The picture cannot be used", { issues: [{ path: FIELD, message }] });

/** What is wrong with a picture; null for one that WhatsApp takes. Nothing is cropped or converted here. */
export function pictureIssue(bytes: Uint8Array): string | null {
  if (bytes.length > MAX_PICTURE_BYTES) return `Use a picture of at most ${MAX_PICTURE_BYTES / 1_024} KiB`;
  const size = jpegSize(bytes);
  if (size === null) return "Use a JPEG; other formats have to be converted first";
  const { width, height } = size;
  if (width !== height || width > LARGEST_SIDE || width === 0) {
    return `Use a square JPEG of at most ${LARGEST_SIDE} × ${LARGEST_SIDE} px; this one has ${width} × ${height}`;
  }
  return null;
}

/** @param url an https URL, or a data URL with base64 */
export async function readPicture(
  url: string,
  policy: TargetPolicy,
  fetch?: Parameters<typeof fetchFile>[1]["fetch"],
): Promise<Result<Uint8Array>> {
  const bytes = /^data:/i.test(url) ? inline(url) : await remote(url, policy, fetch);
  if (!bytes.ok) return bytes;
  const issue = pictureIssue(bytes.value);
  return issue === null ? bytes : invalid(issue);
}

function inline(url: string): Result<Uint8Array> {
  const file = parseDataUrl(url);
  return file === null ? invalid("Use data:image/jpeg;base64,… or an https URL") : ok(file.bytes);
}

async function remote(
  url: string,
  policy: TargetPolicy,
  fetch: Parameters<typeof fetchFile>[1]["fetch"],
): Promise<Result<Uint8Array>> {
  const options = { policy, maxBytes: MAX_PICTURE_BYTES, field: FIELD };
  const file = await fetchFile(url, fetch === undefined ? options : { ...options, fetch });
  return file.ok ? readFile(file.value, MAX_PICTURE_BYTES, FIELD) : file;
}
