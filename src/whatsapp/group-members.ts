/** Who else is in a group, each person under all addresses that WhatsApp tells of them. */
import { areJidsSameUser, type GroupMetadata } from "./baileys.ts";
import { withoutDevice } from "./identity.ts";
import type { Me } from "./normalise/stanza.ts";

export function membersOf({ participants }: GroupMetadata, me: Me): string[][] {
  return participants
    .map(({ id, lid, phoneNumber }) => [
      ...new Set([id, lid, phoneNumber].flatMap((jid) => (jid ? [withoutDevice(jid)] : []))),
    ])
    .filter((jids) => !jids.some((jid) => areJidsSameUser(jid, me.id) || areJidsSameUser(jid, me.lid)));
}
