/**
 * Where this device stands in each collection of the account's synchronised settings ("app state"), as far as it is
 * verified. Baileys keeps states of its own (`app-state-sync-version`), but goes on with one whose checks failed; what is
 * sent on top of such a state would spoil the collection for all devices of the account.
 */
import type { LTHashState, WAPatchName } from "../baileys.ts";

/** The state as stored: hash and MACs in base64, MACs by the MAC of their record's index. */
interface Row {
  version: number;
  hash: string;
  records: Record<string, string>;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytesOf = (text: string): Buffer => Buffer.from(text, "base64");

export function stateStore(sql: SqlStorage) {
  return {
    /** Null when this device has not taken over the collection yet. */
    load(name: WAPatchName): LTHashState | null {
      const row = sql.exec<{ state: string }>("SELECT state FROM app_states WHERE name = ?", name).toArray()[0];
      if (!row) return null;
      const { version, hash, records } = JSON.parse(row.state) as Row;
      const entries = Object.entries(records).map(([index, mac]) => [index, { valueMac: bytesOf(mac) }]);
      return { version, hash: bytesOf(hash), indexValueMap: Object.fromEntries(entries) };
    },

    save(name: WAPatchName, { version, hash, indexValueMap }: LTHashState): void {
      const records = Object.entries(indexValueMap).map(([index, { valueMac }]) => [index, base64(valueMac)]);
      const row: Row = { version, hash: base64(hash), records: Object.fromEntries(records) };
      sql.exec(
        "INSERT INTO app_states (name, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
        name,
        JSON.stringify(row),
      );
    },

    /** The collection is to be taken over anew. */
    forget(name: WAPatchName): void {
      sql.exec("DELETE FROM app_states WHERE name = ?", name);
    },
  };
}

export type StateStore = ReturnType<typeof stateStore>;
