/**
 * The storage of a Durable Object as far as the number's modules use it, over an in-memory SQLite of Node: their real
 * SQL runs in unit tests. Differences that matter are kept: blobs come back as ArrayBuffer, only null, numbers, strings
 * and bytes can be bound, and several statements are allowed only without bindings.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { INSTANCE_MIGRATIONS } from "../../src/store/instance-migrations.ts";
import { migrate } from "../../src/store/migrate.ts";

type Row = Record<string, SqlStorageValue>;

function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`A ${typeof value} cannot be bound`);
}

/** Node gives bytes as Uint8Array, the runtime as ArrayBuffer. */
function asStored(row: object): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Uint8Array.from(value).buffer : value,
  ]);
  return Object.fromEntries(entries);
}

function cursor(rows: Row[], rowsWritten: number) {
  return {
    rowsWritten,
    toArray: () => rows,
    [Symbol.iterator]: () => rows.values(),
    one(): Row {
      const [row, ...others] = rows;
      if (!row || others.length > 0) throw new Error(`Expected exactly one row, got ${rows.length}`);
      return row;
    },
  };
}

function sqlOver(database: DatabaseSync) {
  const prepared = new Map<string, StatementSync>();
  const prepare = (query: string): StatementSync => {
    const statement = prepared.get(query) ?? database.prepare(query);
    prepared.set(query, statement);
    return statement;
  };
  return {
    exec(query: string, ...bindings: unknown[]) {
      if (bindings.length === 0 && query.trim().replace(/;$/, "").includes(";")) {
        database.exec(query);
        return cursor([], 0);
      }
      const statement = prepare(query);
      const values = bindings.map(bindable);
      if (statement.columns().length > 0) return cursor(statement.all(...values).map(asStored), 0);
      return cursor([], Number(statement.run(...values).changes));
    },
  };
}

/** An empty storage with `sql` and `transactionSync`; whatever else is asked of it is missing. */
export function memoryStorage(): DurableObjectStorage {
  const database = new DatabaseSync(":memory:");
  let depth = 0;
  const storage = {
    sql: sqlOver(database),
    transactionSync<T>(work: () => T): T {
      const name = `level_${++depth}`;
      database.exec(`SAVEPOINT ${name}`);
      try {
        const result = work();
        database.exec(`RELEASE ${name}`);
        return result;
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
  };
  return storage as unknown as DurableObjectStorage;
}

/** A storage with the tables of a number. */
export function numberStorage(): DurableObjectStorage {
  const storage = memoryStorage();
  migrate(storage, INSTANCE_MIGRATIONS);
  return storage;
}
