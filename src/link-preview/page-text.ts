/** The beginning of a page as text, in the encoding that its server or the page itself names. */

/** Bytes that are looked at for `<meta charset>` (HTML, "prescan a byte stream": 1024). */
const PRESCAN_BYTES = 1_024;

const CHARSET = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w:.-]{1,40})/i;

/** @param charset what the server says; null when it says nothing */
export function pageText(bytes: Uint8Array, charset: string | null): string {
  const [first, second] = bytes;
  if (first === 0xef && second === 0xbb) return decoded(bytes, "utf-8");
  if (first === 0xff && second === 0xfe) return decoded(bytes, "utf-16le");
  if (first === 0xfe && second === 0xff) return decoded(bytes, "utf-16be");
  const named = charset ?? CHARSET.exec(Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString("latin1"))?.[1];
  return decoded(bytes, named ?? "utf-8");
}

/** What is no text in that encoding becomes `�`; an encoding the runtime does not know is read as UTF-8. */
function decoded(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
