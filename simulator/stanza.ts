/** Building, reading and describing stanzas (`BinaryNode` of Baileys). */
import type { BinaryNode } from "@whiskeysockets/baileys";

/**
 * The server's own address. It has to be this form with an empty user: Baileys compares `from === '@s.whatsapp.net'`
 * and silently ignores, for example, the low-prekeys notification of a bare `s.whatsapp.net`.
 */
export const SERVER_JID = "@s.whatsapp.net";

type Attributes = Record<string, string | undefined>;

/** Makes a node and leaves out attributes without a value. */
export function stanza(tag: string, attributes: Attributes = {}, content?: BinaryNode["content"]): BinaryNode {
  const attrs: BinaryNode["attrs"] = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) attrs[name] = value;
  return content === undefined ? { tag, attrs } : { tag, attrs, content };
}

export function children(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  if (!Array.isArray(node?.content)) return [];
  return tag === undefined ? node.content : node.content.filter((child) => child.tag === tag);
}

export function child(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return children(node, tag)[0];
}

/** Binary content; text content as its bytes; nothing as an empty buffer. */
export function bytesOf(node: BinaryNode | undefined): Buffer {
  if (typeof node?.content === "string") return Buffer.from(node.content);
  return node?.content instanceof Uint8Array ? Buffer.from(node.content) : Buffer.alloc(0);
}

export function textOf(node: BinaryNode | undefined): string {
  return bytesOf(node).toString("utf8");
}

/** Tag, attributes and the tags of the children, never any content: fit for a log or an error message. */
export function describe(node: BinaryNode): string {
  const attrs = Object.entries(node.attrs).map(([name, value]) => ` ${name}='${value}'`);
  const inside = children(node).map((item) => `<${item.tag}/>`);
  return inside.length > 0
    ? `<${node.tag}${attrs.join("")}>${inside.join("")}</${node.tag}>`
    : `<${node.tag}${attrs.join("")}/>`;
}

/** As `describe`, with the children's attributes all the way down: who gets a copy, what was refused, what is asked. */
export function outline({ tag, attrs, content }: BinaryNode): string {
  const head = `<${tag}${Object.entries(attrs)
    .map(([name, value]) => ` ${name}='${value}'`)
    .join("")}`;
  return Array.isArray(content) ? `${head}>${content.map(outline).join("")}</${tag}>` : `${head}/>`;
}

/** Now, as the protocol writes time: unix seconds in decimal. */
export function unixSeconds(): string {
  return Math.floor(Date.now() / 1000).toString();
}
