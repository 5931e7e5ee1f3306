import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { generateKeyPair } from "../../../../src/whatsapp/crypto/curve.ts";
import { type ConsoleNotice, LIBSIGNAL_MESSAGES, quietConsole } from "../../../../src/whatsapp/crypto/quiet-console.ts";

const require = createRequire(import.meta.url);
const libsignalSource = join(dirname(require.resolve("libsignal")), "src");

interface SessionRecord {
  setSession(session: object): void;
  getSessions(): object[];
  closeSession(session: object): void;
  openSession(session: object): void;
  removeOldSessions(): void;
}
interface SessionRecordClass {
  new (): SessionRecord;
  createEntry(): { indexInfo: object; currentRatchet: object };
}
const { SessionRecord } = require("libsignal") as { SessionRecord: SessionRecordClass };

/** A console that remembers what reached it. */
function recordingConsole() {
  const printed: unknown[][] = [];
  const print = (...args: unknown[]) => {
    printed.push(args);
  };
  const target = { log: print, info: print, warn: print, error: print, debug: print, trace: print };
  return { target, printed };
}

function sessionWithSecrets(index: number) {
  const session = SessionRecord.createEntry();
  const { pubKey, privKey } = generateKeyPair();
  session.currentRatchet = { ephemeralKeyPair: { pubKey, privKey }, rootKey: privKey };
  session.indexInfo = { created: index, used: index, closed: -1, baseKey: pubKey, baseKeyType: 1 };
  return session;
}

describe("nothing of a libsignal session passes", () => {
  let restore = () => {};
  afterEach(() => {
    restore();
    vi.restoreAllMocks();
  });

  test("when libsignal closes, opens, closes twice and discards sessions", () => {
    const printed: unknown[][] = [];
    for (const method of ["log", "info", "warn", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
    }
    const notices: ConsoleNotice[] = [];
    restore = quietConsole((notice) => notices.push(notice));

    const record = new SessionRecord();
    for (let i = 0; i < 45; i++) record.setSession(sessionWithSecrets(i));
    const [first] = record.getSessions();
    if (!first) throw new Error("The record keeps no session");
    record.openSession(first);
    for (const session of record.getSessions()) record.closeSession(session);
    record.closeSession(first);
    record.removeOldSessions();

    expect(printed).toEqual([]);
    expect(notices).toEqual([
      { method: "warn", message: "Session already open", count: 1 },
      { method: "info", message: "Opening session:", count: 1 },
      { method: "info", message: "Closing session:", count: 1 },
      { method: "info", message: "Closing session:", count: 10 },
      { method: "warn", message: "Session already closed", count: 1 },
      { method: "info", message: "Removing old closed session:", count: 1 },
    ]);
  });

  test("whatever the arguments are, and in whatever method they come", () => {
    const { target, printed } = recordingConsole();
    const notices: ConsoleNotice[] = [];
    const secret = generateKeyPair().privKey;
    quietConsole((notice) => notices.push(notice), target);

    target.info("Closing session:", { privKey: secret });
    target.error(`Session error:Error: ${secret.toString("hex")}`, `at ${secret.toString("base64")}`);
    target.log({ privKey: secret });
    target.warn(`a message libsignal does not have yet ${secret.toString("hex")}`);
    target.debug(secret.toString("base64"));
    target.trace(secret.toString("base64"));
    target.log();

    expect(printed).toEqual([]);
    expect(notices).toEqual([
      { method: "info", message: "Closing session:", count: 1 },
      { method: "error", message: "Session error:", count: 1 },
      { method: "log", message: "other", count: 1 },
      { method: "warn", message: "other", count: 1 },
      { method: "debug", message: "other", count: 1 },
      { method: "trace", message: "other", count: 1 },
    ]);
    const told = inspect(notices, { depth: null });
    for (const encoding of ["hex", "base64"] as const) expect(told).not.toContain(secret.toString(encoding));
  });
});

test("every console call in libsignal's source is a known message", () => {
  const calls = readdirSync(libsignalSource)
    .filter((name) => name.endsWith(".js"))
    .flatMap((name) => readFileSync(join(libsignalSource, name), "utf8").split("\n"))
    .filter((line) => !line.trim().startsWith("//"))
    .flatMap((line) => [...line.matchAll(/console\.\w+\(\s*(["'])(.*?)\1/g)].map((match) => match[2]));
  expect(calls.length).toBeGreaterThan(0);
  expect(new Set(calls)).toEqual(new Set(LIBSIGNAL_MESSAGES));
});

describe("the application stays audible", () => {
  test("its logger writes through the functions taken before the redirect", async () => {
    const info = vi.spyOn(console, "info").mockImplementation(() => undefined);
    vi.resetModules();
    const fresh = await import("../../../../src/whatsapp/crypto/quiet-console.ts");
    const restore = fresh.quietConsole(() => undefined);
    fresh.appConsole.info("from the logger");
    console.info("from anything else");
    restore();
    expect(info.mock.calls).toEqual([["from the logger"]]);
    info.mockRestore();
  });

  test("what the notice prints through the same console passes", () => {
    const { target, printed } = recordingConsole();
    quietConsole(({ message, count }) => target.warn("libsignal", message, count), target);
    target.info("Opening session:", { privKey: "secret" });
    expect(printed).toEqual([["libsignal", "Opening session:", 1]]);
  });

  test("an error in the notice does not reach the caller, and the next call is silent again", () => {
    const { target, printed } = recordingConsole();
    quietConsole(() => {
      throw new Error("logger is broken");
    }, target);
    expect(() => target.info("Closing session:", {})).not.toThrow();
    target.info("Closing session:", {});
    expect(printed).toEqual([]);
  });

  test("a storm of calls gives a notice at 1, 10, 100 and 1000", () => {
    const { target } = recordingConsole();
    const counts: number[] = [];
    quietConsole(({ count }) => counts.push(count), target);
    for (let i = 0; i < 1500; i++) target.error("Failed to decrypt message with any known session...");
    expect(counts).toEqual([1, 10, 100, 1000]);
  });

  test("after the redirect is undone, the console prints as before", () => {
    const { target, printed } = recordingConsole();
    const restore = quietConsole(() => undefined, target);
    target.log("unheard");
    restore();
    target.log("heard");
    expect(printed).toEqual([["heard"]]);
  });
});
