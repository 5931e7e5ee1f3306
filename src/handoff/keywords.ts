/**
 * Words that mean something when they are the beginning, or all, of a message. Case, surrounding space and the ways of
 * writing the same letter (accents, full width) do not matter.
 */

const plain = (text: string): string => text.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();

/** Quotes, the marks of bold and italic text, and what ends a sentence: people copy «Reply "STOP"» as it stands. */
const AROUND = /^["'“”„«»‘’*_~]+|["'“”„«»‘’*_~.,!…。！]+$/g;

/** True when a message begins with one of the keywords as a whole word: "#bot" begins "#bot please", not "#bottle". */
export function startsWithKeyword(text: string, keywords: readonly string[]): boolean {
  const said = plain(text);
  return keywords.map(plain).some((keyword) => {
    if (keyword === "" || !said.startsWith(keyword)) return false;
    const after = said.charAt(keyword.length);
    return after === "" || !/[\p{L}\p{N}_]/u.test(after);
  });
}

/** True when a message is one of the keywords and nothing else, but for quotes around it and punctuation at its end. */
export function isKeyword(text: string, keywords: readonly string[]): boolean {
  const bare = (words: string): string => plain(words).replace(AROUND, "").trim();
  const said = bare(text);
  return said !== "" && keywords.some((keyword) => bare(keyword) === said);
}

/** Kinds of messages that are about another one. */
const ABOUT_OTHERS: ReadonlySet<string> = new Set(["reaction", "edit", "delete", "poll_vote"]);

/** Whether somebody who sends this kind of message writes: a reaction, or taking a message back, is no new word. */
export const saysSomething = (type: string): boolean => !ABOUT_OTHERS.has(type);
