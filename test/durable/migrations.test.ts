import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { INSTANCE_MIGRATIONS } from "../../src/store/instance-migrations.ts";
import { type Migration, migrate } from "../../src/store/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { instanceOf } from "./support/objects.ts";

const NEXT: Migration = {
  id: INSTANCE_MIGRATIONS.length + 1,
  sql: "ALTER TABLE logs ADD COLUMN extra TEXT DEFAULT 'x'",
};
const BROKEN: Migration = { id: NEXT.id, sql: "DELETE FROM logs; INSERT INTO missing VALUES (1)" };

const applied = (storage: DurableObjectStorage) =>
  storage.sql
    .exec<{ id: number }>("SELECT id FROM migrations ORDER BY id")
    .toArray()
    .map(({ id }) => id);

/** Runs a rule on a database as the migrations released so far leave it, with a row that must survive. */
const inObject = (name: string, rule: (storage: DurableObjectStorage) => void) =>
  runInDurableObject(instanceOf(`migrations-${name}`), (_, { storage }) => {
    migrate(storage, INSTANCE_MIGRATIONS);
    storage.sql.exec("INSERT INTO logs (at, level, message) VALUES (0, 'info', 'kept')");
    rule(storage);
  });

describe("the migrations of a number", () => {
  test("are numbered from one without a gap", () => {
    expect(INSTANCE_MIGRATIONS.map(({ id }) => id)).toEqual(INSTANCE_MIGRATIONS.map((_, index) => index + 1));
  });

  test("run once, and the next one runs on what they left", () =>
    inObject("next", (storage) => {
      migrate(storage, INSTANCE_MIGRATIONS);
      migrate(storage, [...INSTANCE_MIGRATIONS, NEXT]);
      expect(applied(storage)).toEqual([...INSTANCE_MIGRATIONS.map(({ id }) => id), NEXT.id]);
      expect(storage.sql.exec("SELECT message, extra FROM logs").toArray()).toEqual([{ message: "kept", extra: "x" }]);
    }));

  test("3 gives each file the message that it is shown with", () =>
    runInDurableObject(instanceOf("migrations-3"), (_, { storage }) => {
      migrate(storage, INSTANCE_MIGRATIONS.slice(0, 2));
      const file = "'A', 'inbound', 'key', 'stored', 0, '{}'";
      const message = "'A', 'c', 'inbound', 'c', 'image', '', '{}', 'received', 0, x'01'";
      storage.sql.exec(
        `INSERT INTO messages (id, chat_id, direction, address, type, text, details, status, sent_at, payload)
         VALUES ('B', 'c', 'inbound', 'c', 'text', '', '{}', 'received', 0, x'01'), (${message});
         INSERT INTO media (id, message_id, direction, key, status, due_at, file) VALUES ('f', ${file});`,
      );
      migrate(storage, INSTANCE_MIGRATIONS);
      const { media } = openStore(storage.sql);
      expect(media.ofMessage({ id: "A", chatId: "c", direction: "inbound" })).toMatchObject({ id: "f" });
      expect(media.orphans(5)).toEqual([]);
    }));

  test("that break change nothing, and are tried again next time", () =>
    inObject("broken", (storage) => {
      expect(() => migrate(storage, [...INSTANCE_MIGRATIONS, BROKEN])).toThrow("missing");
      expect(storage.sql.exec("SELECT message FROM logs").toArray()).toEqual([{ message: "kept" }]);
      migrate(storage, [...INSTANCE_MIGRATIONS, NEXT]);
      expect(applied(storage)).toContain(NEXT.id);
    }));
});
