/** Stanzas that bring nothing this device can read, and how long their content may still come. */
import type { BinaryNode } from "./baileys.ts";
import type { Unavailable } from "./session.ts";

/** Senders and the phone answer a request for another copy within seconds when they are online; ours. */
export const SECOND_CHANCE_MS = 30_000;

/** Baileys asks the phone 2 s after the stanza and gives it 8 s. */
const PHONE_MS = 20_000;

const READABLE = new Set(["pkmsg", "msg", "skmsg"]);

/** Contents that WhatsApp gives to phones only; the first as Baileys knows it, the others of its list of exclusions. */
const VIEW_ONCE = new Set(["view_once", "view_once_unavailable_fanout"]);
/** Contents for which Baileys does not ask the phone. */
const NEVER_GIVEN = new Set(["bot_unavailable_fanout", "hosted_unavailable_fanout"]);

/** @returns null when there is something to be read */
export function contentless(children: readonly BinaryNode[]): { why: Unavailable; waitMs: number } | null {
  if (children.some(({ tag }) => tag === "plaintext")) return null;
  const encrypted = children.filter(({ tag }) => tag === "enc");
  if (encrypted.some(({ attrs }) => READABLE.has(attrs.type ?? ""))) return null;
  if (encrypted.length > 0) return { why: "unknown_encryption", waitMs: 0 };
  const type = children.find(({ tag }) => tag === "unavailable")?.attrs.type ?? "";
  if (VIEW_ONCE.has(type)) return { why: "view_once", waitMs: 0 };
  return { why: "withheld", waitMs: NEVER_GIVEN.has(type) ? 0 : PHONE_MS };
}
