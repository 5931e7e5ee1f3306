/** Words that mean something when they are the beginning, or all, of a message. Case and surrounding space do not matter. */

const plain = (text: string): string => text.replace(/\s+/g, " ").trim().toLowerCase();

/** True when a message begins with one of the keywords as a whole word: "#bot" begins "#bot please", not "#bottle". */
export function startsWithKeyword(text: string, keywords: readonly string[]): boolean {
  const said = plain(text);
  return keywords.map(plain).some((keyword) => {
    if (keyword === "" || !said.startsWith(keyword)) return false;
    const after = said.charAt(keyword.length);
    return after === "" || !/[\p{L}\p{N}_]/u.test(after);
  });
}

/** True when a message is one of the keywords and nothing else, but for punctuation at its end. */
export function isKeyword(text: string, keywords: readonly string[]): boolean {
  const said = plain(text).replace(/[.!]+$/, "");
  return said !== "" && keywords.some((keyword) => plain(keyword).replace(/[.!]+$/, "") === said);
}
