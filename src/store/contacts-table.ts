/**
 * Who is who: the phone and the LID of each person this number met. A chat is known everywhere by one canonical id,
 * the phone JID when the phone is known, else the LID; when the phone becomes known later, what was stored under the
 * LID moves to it.
 */
import { lidJid, lidOf, phoneJid, phoneOf } from "../whatsapp/identity.ts";

/** How long an answer "is on WhatsApp" is believed: people leave rarely, and every question is visible to WhatsApp. */
const CHECK_LIFETIME_MS = 30 * 24 * 60 * 60 * 1_000;

type Row = { rowid: number; lid: string | null; phone: string | null };

export function contactsTable(sql: SqlStorage) {
  const byPhone = (phone: string): Row | undefined =>
    sql.exec<Row>("SELECT rowid, lid, phone FROM contacts WHERE phone = ?", phone).toArray()[0];
  const byLid = (lid: string): Row | undefined =>
    sql.exec<Row>("SELECT rowid, lid, phone FROM contacts WHERE lid = ?", lid).toArray()[0];

  /** Both rows are one person: what was known under the LID is newer and moves to the phone's row. */
  const absorb = (into: Row, from: Row): void => {
    sql.exec(
      `UPDATE contacts SET push_name = COALESCE(old.push_name, contacts.push_name),
         on_whatsapp_at = COALESCE(old.on_whatsapp_at, contacts.on_whatsapp_at)
       FROM contacts AS old WHERE contacts.rowid = ? AND old.rowid = ?`,
      into.rowid,
      from.rowid,
    );
    sql.exec("DELETE FROM contacts WHERE rowid = ?", from.rowid);
  };

  /** The canonical chat id of a person. */
  const chatIdOf = (who: { phone: string | null; lid: string | null }): string | null => {
    const phone = who.phone ?? (who.lid ? (byLid(who.lid)?.phone ?? null) : null);
    if (phone) return phoneJid(phone);
    return who.lid ? lidJid(who.lid) : null;
  };

  return {
    phoneOfLid: (lid: string): string | null => byLid(lid)?.phone ?? null,
    lidOfPhone: (phone: string): string | null => byPhone(phone)?.lid ?? null,

    /** A person met under this LID whose phone is not known. */
    isHidden(lid: string): boolean {
      const row = byLid(lid);
      return row !== undefined && row.phone === null;
    },

    /** Learns that both are the same person. @returns true when that was news for the LID. */
    learn(phone: string, lid: string): boolean {
      const known = byLid(lid);
      if (known?.phone === phone) return false;
      const namesake = byPhone(phone);
      if (known && namesake) absorb(namesake, known);
      if (namesake) sql.exec("UPDATE contacts SET lid = ? WHERE rowid = ?", lid, namesake.rowid);
      else if (known) sql.exec("UPDATE contacts SET phone = ? WHERE rowid = ?", phone, known.rowid);
      else sql.exec("INSERT INTO contacts (lid, phone) VALUES (?, ?)", lid, phone);
      return true;
    },

    /** A person wrote to us: whoever writes is on WhatsApp. */
    seen(who: { phone: string | null; lid: string | null; pushName: string | null }, now: number): void {
      const row = (who.phone && byPhone(who.phone)) || (who.lid && byLid(who.lid)) || undefined;
      if (row) {
        sql.exec(
          "UPDATE contacts SET push_name = COALESCE(?, push_name), on_whatsapp_at = ? WHERE rowid = ?",
          who.pushName,
          now,
          row.rowid,
        );
      } else if (who.phone || who.lid) {
        sql.exec(
          "INSERT INTO contacts (lid, phone, push_name, on_whatsapp_at) VALUES (?, ?, ?, ?)",
          who.lid,
          who.phone,
          who.pushName,
          now,
        );
      }
    },

    /** What a person calls themselves, where nothing newer is known. */
    named(who: { phone: string | null; lid: string | null }, pushName: string): void {
      const row = (who.phone && byPhone(who.phone)) || (who.lid && byLid(who.lid)) || undefined;
      if (row) sql.exec("UPDATE contacts SET push_name = COALESCE(push_name, ?) WHERE rowid = ?", pushName, row.rowid);
      else if (who.phone) sql.exec("INSERT INTO contacts (phone, push_name) VALUES (?, ?)", who.phone, pushName);
    },

    isKnownOnWhatsApp(phone: string, now: number): boolean {
      const query = "SELECT 1 AS known FROM contacts WHERE phone = ? AND on_whatsapp_at > ?";
      return sql.exec<{ known: number }>(query, phone, now - CHECK_LIFETIME_MS).toArray().length > 0;
    },

    /** The digits of a phone as WhatsApp knows it: those it answered with, or else these. */
    knownAs: (phone: string): string =>
      sql.exec<{ phone: string }>("SELECT phone FROM phone_aliases WHERE asked = ?", phone).toArray()[0]?.phone ??
      phone,

    /** WhatsApp said that this phone exists. @param asked the digits it was asked for, which may be others */
    confirmed(phone: string, now: number, asked = phone): void {
      if (asked === phone) sql.exec("DELETE FROM phone_aliases WHERE asked = ?", asked);
      else sql.exec("INSERT OR REPLACE INTO phone_aliases (asked, phone) VALUES (?, ?)", asked, phone);
      sql.exec(
        "INSERT INTO contacts (phone, on_whatsapp_at) VALUES (?, ?) " +
          "ON CONFLICT (phone) DO UPDATE SET on_whatsapp_at = excluded.on_whatsapp_at",
        phone,
        now,
      );
    },

    /** People known by both, by LID. @param after the LID before the page; "" for the first */
    pairs(after: string, limit: number): { lid: string; phone: string; pushName: string | null }[] {
      return sql
        .exec<{ lid: string; phone: string; push_name: string | null }>(
          `SELECT lid, phone, push_name FROM contacts
           WHERE lid IS NOT NULL AND phone IS NOT NULL AND lid > ? ORDER BY lid LIMIT ?`,
          after,
          limit,
        )
        .toArray()
        .map(({ lid, phone, push_name }) => ({ lid, phone, pushName: push_name }));
    },

    chatIdOf,

    /** What the chat of this id is called now: the phone behind a LID may have become known since it was noted. */
    chatIdNow: (chatId: string): string => chatIdOf({ phone: phoneOf(chatId), lid: lidOf(chatId) }) ?? chatId,
  };
}

export type ContactsTable = ReturnType<typeof contactsTable>;
