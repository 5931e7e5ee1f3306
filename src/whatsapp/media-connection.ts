/**
 * Where WhatsApp takes files. Baileys has a function for this, but it keeps the first answer whatever it is: once WhatsApp
 * had refused or not answered, every file failed until the next connection.
 */
import type { BinaryNode } from "./baileys.ts";
import { getBinaryNodeChild, getBinaryNodeChildren, S_WHATSAPP_NET } from "./baileys.ts";

export interface MediaHosts {
  /** Host names, to be tried in this order. */
  hosts: string[];
  /** Goes into the URL of each upload. */
  auth: string;
}

/** @param query asks WhatsApp. @returns the hosts, asked for anew when WhatsApp's answer has run out */
export function mediaConnection(query: (iq: BinaryNode) => Promise<BinaryNode>, now: () => number) {
  let known: (MediaHosts & { freshUntil: number }) | null = null;
  return async (): Promise<MediaHosts> => {
    if (known !== null && known.freshUntil > now()) return known;
    const answer = await query({
      tag: "iq",
      attrs: { type: "set", xmlns: "w:m", to: S_WHATSAPP_NET },
      content: [{ tag: "media_conn", attrs: {} }],
    });
    const connection = getBinaryNodeChild(answer, "media_conn");
    const hosts = getBinaryNodeChildren(connection, "host").flatMap(({ attrs }) => attrs.hostname ?? []);
    // In seconds.
    const lifetimeMs = Number(connection?.attrs.ttl ?? 0) * 1_000;
    known = { hosts, auth: connection?.attrs.auth ?? "", freshUntil: now() + lifetimeMs };
    return known;
  };
}
