/**
 * Whom this number saved, or tried to save, in its phone's address book: by phone, under the name that was asked for, and
 * which record that made there (null: the entry is the owner's own and was left alone).
 */
export function savedContactsTable(sql: SqlStorage) {
  return {
    get(phone: string): { name: string; record: string | null } | null {
      const query = "SELECT name, record FROM saved_contacts WHERE phone = ?";
      return sql.exec<{ name: string; record: string | null }>(query, phone).toArray()[0] ?? null;
    },

    set(phone: string, { name, record }: { name: string; record: string | null }): void {
      sql.exec(
        "INSERT INTO saved_contacts (phone, name, record) VALUES (?, ?, ?) " +
          "ON CONFLICT DO UPDATE SET name = excluded.name, record = excluded.record",
        phone,
        name,
        record,
      );
    },
  };
}

export type SavedContactsTable = ReturnType<typeof savedContactsTable>;
