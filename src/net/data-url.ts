/** A file inside a `data:` URL. */
export interface DataFile {
  /** Lower case, without parameters. */
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?((?:;[^,;]*)*),/i;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Reads `data:<type>;base64,<data>`; null when it is none, is not base64, or its base64 is broken. */
export function parseDataUrl(text: string): DataFile | null {
  const head = DATA_URL.exec(text);
  if (head === null) return null;
  const [prefix, type = "text/plain", parameters = ""] = head;
  if (!/;base64$/i.test(parameters)) return null;
  const data = text.slice(prefix.length).replace(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/");
  if (!BASE64.test(data) || data.replace(/=+$/, "").length % 4 === 1) return null;
  return { contentType: type.toLowerCase(), bytes: new Uint8Array(Buffer.from(data, "base64")) };
}
