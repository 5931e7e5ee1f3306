/** `<call>` stanzas → calls that begin to ring. */
import type { BinaryNode } from "./baileys.ts";
import { getBinaryNodeChild } from "./baileys.ts";
import { withoutDevice } from "./identity.ts";
import type { IncomingCall } from "./session.ts";

/** @returns null for what follows in a call (accepted, rejected, ended): only its beginning is reported */
export function callOf(stanza: BinaryNode): IncomingCall | null {
  const offer = getBinaryNodeChild(stanza, "offer");
  const from = offer?.attrs["call-creator"] ?? offer?.attrs.from ?? stanza.attrs.from;
  const id = offer?.attrs["call-id"];
  if (!offer || !from || !id) return null;
  const alt = offer.attrs.caller_pn ?? offer.attrs.caller_lid;
  return {
    id,
    fromJid: withoutDevice(from),
    altJid: alt ? withoutDevice(alt) : null,
    video: getBinaryNodeChild(offer, "video") !== undefined,
    groupJid: offer.attrs["group-jid"] ?? null,
    at: Number(stanza.attrs.t) * 1_000,
  };
}
