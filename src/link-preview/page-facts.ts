/**
 * What the head of a page tells of it: Open Graph and Twitter tags, else its own title and description. One pass from
 * tag to tag, in time proportional to the text; whatever the page is, nothing throws.
 */
import { decodeEntities } from "./entities.ts";

export interface PageFacts {
  title: string;
  description: string;
  /** Absolute; null when the page names none. */
  imageUrl: string | null;
}

/** Characters that WhatsApp's apps show at most, generously. */
const TITLE_CHARACTERS = 300;
const DESCRIPTION_CHARACTERS = 1_000;
/** Tags that are looked at: a head has some dozens. */
const MOST_TAGS = 2_000;

/** Names of `<meta>`, the preferred one first; `title` is the element. */
const TITLES = ["og:title", "twitter:title", "title"];
const DESCRIPTIONS = ["og:description", "twitter:description", "description"];
const IMAGES = ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"];

const TAG = /<(!--|\/?[a-z][a-z0-9]*)/gi;
/** Names and gaps are bounded: without that, a tag of nothing but letters takes time by the square of its length. */
const ATTRIBUTE = /([a-z][a-z0-9:_-]{0,40})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/gi;
/** What stands between these is text, whatever it looks like. */
const OPAQUE = new Set(["script", "style", "noscript", "template", "textarea", "svg"]);

/** @param html the beginning of a page @param base where it was found */
export function pageFacts(html: string, base: URL): PageFacts | null {
  const found = namedValues(html);
  const first = (names: readonly string[]): string => names.map((name) => found.get(name)).find(Boolean) ?? "";
  const title = tidy(first(TITLES), TITLE_CHARACTERS);
  if (title === "") return null;
  const description = tidy(first(DESCRIPTIONS), DESCRIPTION_CHARACTERS);
  const image = first(IMAGES);
  const imageUrl = image !== "" && URL.canParse(image, base.href) ? new URL(image, base).href : null;
  return { title, description, imageUrl };
}

/** The first value of each name, decoded. */
function namedValues(html: string): Map<string, string> {
  const found = new Map<string, string>();
  const note = (name: string, value: string): void => {
    if (!found.has(name) && value.trim() !== "") found.set(name, decodeEntities(value));
  };
  let at = 0;
  for (let tags = 0; tags < MOST_TAGS; tags += 1) {
    TAG.lastIndex = at;
    const match = TAG.exec(html);
    const tag = match?.[1]?.toLowerCase();
    if (!match || tag === undefined || tag === "body" || tag === "/head") break;
    const end = tag === "!--" ? indexOrEnd(html, "-->", match.index) : tagEnd(html, TAG.lastIndex);
    at = end;
    if (tag === "meta") {
      const attributes = attributesOf(html.slice(match.index, end));
      const name = attributes.get("property") ?? attributes.get("name");
      if (name) note(name.toLowerCase(), attributes.get("content") ?? "");
    } else if (tag === "title") {
      at = closing(html, tag, end);
      note("title", html.slice(end, at).replace(/<[^<]*$/, ""));
    } else if (OPAQUE.has(tag)) at = closing(html, tag, end);
  }
  return found;
}

function attributesOf(tag: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", double, single, bare] of tag.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, double ?? single ?? bare ?? "");
  }
  return found;
}

/** Behind the `>` that ends a tag; one inside quotes does not. */
function tagEnd(html: string, from: number): number {
  let quote = "";
  for (let at = from; at < html.length; at += 1) {
    const char = html.charAt(at);
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return at + 1;
  }
  return html.length;
}

/** Before the closing tag. */
function closing(html: string, tag: string, from: number): number {
  const pattern = new RegExp(`</${tag}`, "gi");
  pattern.lastIndex = from;
  return pattern.exec(html)?.index ?? html.length;
}

function indexOrEnd(html: string, text: string, from: number): number {
  const at = html.indexOf(text, from);
  return at < 0 ? html.length : at + text.length;
}

/** One line without what cannot be seen (control characters, marks that turn the direction of writing). */
function tidy(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, (run) => (run === "\u200d" ? run : " ")).trim();
  const characters = [...line.slice(0, 2 * most + 2)];
  return characters.length <= most ? characters.join("") : `${characters.slice(0, most - 1).join("")}…`;
}
