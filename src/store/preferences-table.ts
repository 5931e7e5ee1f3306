/** Settings that belong to one feature: a name and its JSON. */
export function preferencesTable(sql: SqlStorage) {
  return {
    /** @returns what was saved under the name, or null; the caller knows its type, which only it writes */
    load<T>(name: string): T | null {
      const query = "SELECT value FROM preferences WHERE name = ?";
      const row = sql.exec<{ value: string }>(query, name).toArray()[0];
      return row ? (JSON.parse(row.value) as T) : null;
    },
    save(name: string, value: object): void {
      sql.exec(
        "INSERT INTO preferences (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        name,
        JSON.stringify(value),
      );
    },
  };
}

export type PreferencesTable = ReturnType<typeof preferencesTable>;
