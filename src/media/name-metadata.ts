/** A file's name as the bucket keeps it: its metadata is ASCII, and R2 takes 2,048 bytes of it. */

const MOST_ENCODED = 1_900;

/** The metadata of a file; a name that does not fit is cut before its extension. Read with `decodeURIComponent`. */
export function nameMetadata(fileName: string | null): Record<string, string> {
  if (!fileName) return {};
  const name = fileName.toWellFormed();
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  let stem = "";
  for (const character of name.slice(0, name.length - extension.length)) {
    const encoded = encodeURIComponent(character);
    if (stem.length + encoded.length + extension.length > MOST_ENCODED) break;
    stem += encoded;
  }
  return { fileName: stem + extension };
}
