/**
 * Stored messages as the protocol asks for them. The chat is part of each question: ids are chosen by their senders, so
 * an id alone says neither whose message is meant nor who may ask for it.
 */
import { isGroup, lidJid, lidOf, phoneJid, phoneOf } from "../whatsapp/identity.ts";
import type { MessageLookups } from "../whatsapp/session.ts";
import type { ContactsTable } from "./contacts-table.ts";

type Payload = { payload: ArrayBuffer };
type Poll = Payload & { direction: "inbound" | "outbound"; author: string };

/** So many of the newest messages are looked through for those that are awaited, and so many of them asked for (ours). */
const LATEST = 500;
const MOST_AWAITED = 50;

const OURS = "SELECT payload FROM messages WHERE id = ? AND direction = 'outbound' AND (chat_id = ? OR address = ?)";

function payloadOf(rows: SqlStorageCursor<Payload>): Uint8Array | null {
  const row = rows.toArray()[0];
  return row && row.payload.byteLength > 0 ? new Uint8Array(row.payload) : null;
}

export function messageLookups(sql: SqlStorage, contacts: ContactsTable): MessageLookups {
  const chatOf = (jid: string): string =>
    isGroup(jid) ? jid : (contacts.chatIdOf({ phone: phoneOf(jid), lid: lidOf(jid) }) ?? jid);

  /** A person under both addresses, as far as they are known. */
  const addressesOf = (jid: string): string[] => {
    const phone = phoneOf(jid) ?? contacts.phoneOfLid(lidOf(jid) ?? "");
    const lid = lidOf(jid) ?? (phone === null ? null : contacts.lidOfPhone(phone));
    return [...(lid === null ? [] : [lidJid(lid)]), ...(phone === null ? [] : [phoneJid(phone)])];
  };

  return {
    ours: (messageId, chatJid) => payloadOf(sql.exec<Payload>(OURS, messageId, chatOf(chatJid), chatJid)),

    repeatable: (messageId, chatJid) =>
      payloadOf(sql.exec<Payload>(`${OURS} AND deleted_at IS NULL`, messageId, chatOf(chatJid), chatJid)),

    received: ({ id, chatJid, participantJid }) =>
      payloadOf(
        sql.exec<Payload>(
          "SELECT payload FROM messages WHERE id = ? AND address = ? AND participant IS ?",
          id,
          chatJid,
          participantJid,
        ),
      ),

    awaited: (since) =>
      sql
        .exec<{ id: string; address: string; participant: string | null; direction: string }>(
          `SELECT id, address, participant, direction
           FROM (SELECT seq, id, address, participant, direction, sent_at, details FROM messages
                 ORDER BY seq DESC LIMIT ${LATEST})
           WHERE sent_at > ? AND json_extract(details, '$.unavailable') IN ('undecryptable', 'withheld')
           ORDER BY seq DESC LIMIT ${MOST_AWAITED}`,
          since,
        )
        .toArray()
        .map(({ id, address, participant, direction }) => ({
          id,
          chatJid: address,
          participantJid: participant,
          fromMe: direction === "outbound",
        })),

    poll(messageId, chatJid) {
      const row = sql
        .exec<Poll>(
          `SELECT payload, direction, COALESCE(participant, address) AS author FROM messages
           WHERE id = ? AND (chat_id = ? OR address = ?) AND type = 'poll' ORDER BY seq LIMIT 1`,
          messageId,
          chatOf(chatJid),
          chatJid,
        )
        .toArray()[0];
      if (!row) return null;
      const creatorJids = row.direction === "outbound" ? null : addressesOf(row.author);
      return { payload: new Uint8Array(row.payload), creatorJids };
    },
  };
}
