/** A link as it stands in a text, and where it leads. */
export interface Link {
  matched: string;
  url: string;
}

/** Where WhatsApp's apps see a link: after a space or a bracket, with a scheme or `www.`. */
const LINK = /(?:^|[\s(<[{"'])((?:https?:\/\/|www\.)[^\s<>"]{1,2048})/i;
/** What ends a sentence rather than a link. */
const ENDING = /[.,;:!?'*_~\])}>»”’]$/;

/** The first link of a text; null when there is none. */
export function firstLink(text: string): Link | null {
  let matched = LINK.exec(text)?.[1];
  if (matched === undefined) return null;
  while (ENDING.test(matched) && !isPaired(matched)) matched = matched.slice(0, -1);
  const url = /^www\./i.test(matched) ? `https://${matched}` : matched;
  return URL.canParse(url) ? { matched, url } : null;
}

/** A closing bracket that belongs to the link: `…/Rust_(language)`. */
function isPaired(link: string): boolean {
  return link.endsWith(")") && link.split("(").length === link.split(")").length;
}
