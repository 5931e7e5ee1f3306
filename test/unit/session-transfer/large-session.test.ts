/** What an export takes of a session that is larger than an import may be. */
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../src/schemas/limits.ts";
import { open, seal } from "../../../src/session-transfer/envelope.ts";
import { readFiles, readOwn } from "../../../src/session-transfer/read-session.ts";
import { writeSession } from "../../../src/session-transfer/write-session.ts";
import { readAuth, replaceAuth } from "../../../src/whatsapp/auth/session-copy.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { credentials, granted, KEYS } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const CONTACTS = 4_000;

const STORED = KEYS.map(({ type, id, value }) => ({ type, id, value: JSON.stringify(value) }));
/** Ids of the sessions that `session` makes below; the one in KEYS has another. */
const OF_CONTACT = /^\d{6}_/;
const LIST = { devices: '[{"user":"98765"}]', fetchedAt: 1 };

/** A Signal session as libsignal keeps it, in the size of a real one; it was read with last at `used`. */
const session = (user: number, used: number) => ({
  type: "session",
  id: `${user}_1.0`,
  value: JSON.stringify({
    _sessions: {
      older: { indexInfo: { used: used - 1, closed: used } },
      newer: { indexInfo: { used, closed: -1 }, chains: "x".repeat(1_500) },
    },
    version: "v1",
  }),
});

/** A stored session of so many contacts; contact `n` was read with last at second `n`. */
function withContacts(contacts: number): DurableObjectStorage {
  const storage = numberStorage();
  // Ids in another order than times: what is left out goes by the time.
  const sessions = Array.from({ length: contacts }, (_, index) => session(900_000 - index, index + 1));
  replaceAuth(storage, {
    credentials: JSON.stringify(credentials()),
    keys: [...STORED, ...sessions],
    deviceLists: Array.from({ length: contacts + 1 }, (_, index) => ({ user: `${index}`, ...LIST })),
  });
  return storage;
}

const given = (storage: DurableObjectStorage) => readAuth(storage, LIMITS.exportedKeyCharacters);

describe("an export", () => {
  test("has everything while that fits", () => {
    const { keys, deviceLists, omitted } = given(withContacts(20));
    expect(omitted).toBe(0);
    expect(keys).toHaveLength(STORED.length + 20);
    expect(deviceLists).toHaveLength(21);
    expect(deviceLists[0]).toEqual({ user: "0", ...LIST });
  });

  test("leaves out the sessions read with longest ago, and nothing that could not be made anew", () => {
    const { keys, deviceLists, omitted } = given(withContacts(CONTACTS));
    const kept = keys.filter(({ type, id }) => type === "session" && OF_CONTACT.test(id));
    const order = kept.map(({ value }) => (JSON.parse(value) as Session)._sessions.newer?.indexInfo.used ?? 0);
    expect(omitted).toBeGreaterThan(0);
    expect(deviceLists).toEqual([]);
    // The session of the small example has no time: it counts as the oldest.
    const newest = Array.from({ length: CONTACTS + 1 - omitted }, (_, index) => CONTACTS - index);
    expect(order.toSorted((one, other) => other - one)).toEqual(newest);
    const others = ({ type }: { type: string }) => type !== "session" && type !== "device-list";
    expect(keys.filter(others)).toEqual(STORED.filter(others).toSorted(byTypeAndId));
  });

  test.each(["wasup", "baileys"] as const)("of any size is one that an import takes (%s)", async (content) => {
    const copy = given(withContacts(CONTACTS));
    const envelope = await seal(writeSession(copy, content), content, PASSPHRASE);
    const body = JSON.stringify({ session: envelope });
    expect(body.length).toBeLessThan(LIMITS.sessionBodyBytes);
    // Not much is left out without need.
    expect(body.length).toBeGreaterThan(0.95 * LIMITS.sessionBodyBytes);
    const text = JSON.parse(granted(await open(envelope, PASSPHRASE))) as object;
    const read = granted(content === "wasup" ? readOwn(text) : readFiles(text));
    expect(read.copy.keys).toHaveLength(copy.keys.length);
  });
});

interface Session {
  _sessions: Record<string, { indexInfo: { used: number } }>;
}

const byTypeAndId = (one: (typeof STORED)[number], other: (typeof STORED)[number]): number =>
  one.type < other.type || (one.type === other.type && one.id < other.id) ? -1 : 1;
