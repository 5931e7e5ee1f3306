import { beforeEach, describe, expect, test, vi } from "vitest";
import { ContactSaver } from "../../../src/sending/contact-saver.ts";
import { savedContactsTable } from "../../../src/store/saved-contacts-table.ts";
import { AppStateError, type AppStateProblem } from "../../../src/whatsapp/app-state/app-state-error.ts";
import { SessionClosedError, type WhatsAppSession } from "../../../src/whatsapp/session.ts";
import { scriptedWhatsApp } from "../../support/scripted-session.ts";
import { numberStorage } from "../../support/sqlite.ts";
import { NOW } from "./support.ts";

const MINUTE = 60_000;

let now: number;
let asked: string[];
let warnings: string[];
let saver: ContactSaver;
let saved: ReturnType<typeof savedContactsTable>;
let isOnline: boolean;
/** What the phone makes of the next contact. */
let phone: (phone: string, name: string) => Promise<void>;

beforeEach(() => {
  now = NOW;
  asked = [];
  warnings = [];
  isOnline = true;
  phone = async () => undefined;
  saved = savedContactsTable(numberStorage().sql);
  const { openSession } = scriptedWhatsApp({
    saveContact: (number, name) => {
      asked.push(`${number} ${name}`);
      return phone(number, name);
    },
  });
  const session: WhatsAppSession = openSession(
    { url: "", rootKey: null, version: null },
    {} as Parameters<typeof openSession>[1],
  );
  saver = new ContactSaver({
    saved,
    session: () => (isOnline ? session : null),
    warn: (text) => warnings.push(text),
    now: () => now,
  });
});

const save = async (messageId: string, number: string, name: string) => {
  saver.begin(messageId, number, name);
  await saver.settled(messageId);
};

const fails = (problem: AppStateProblem) => {
  phone = async () => {
    throw new AppStateError(problem);
  };
};

describe("the recipient of a message", () => {
  test("is saved before it, once under each name", async () => {
    await save("A", "491", "Maria");
    await save("B", "491", "Maria");
    await save("C", "491", "Dr. Silva");
    expect(asked).toEqual(["491 Maria", "491 Dr. Silva"]);
    expect(saved.get("491")).toEqual({ name: "Dr. Silva", record: "record of 491" });
  });

  test("is saved once for two messages at the same time, and both wait for it", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    phone = () => promise;
    saver.begin("A", "491", "Maria");
    saver.begin("B", "491", "Maria");
    const both = Promise.all([saver.settled("A"), saver.settled("B")]);
    expect(await Promise.race([both.then(() => "went"), Promise.resolve("waits")])).toBe("waits");
    resolve();
    await both;
    expect(asked).toEqual(["491 Maria"]);
  });

  test("is no reason to wait when nobody is to be saved", async () => {
    await saver.settled("A");
    isOnline = false;
    await save("B", "491", "Maria");
    expect([asked, saved.get("491")]).toEqual([[], null]);
  });

  test("is waited for three seconds at most", async () => {
    vi.useFakeTimers();
    phone = () => new Promise(() => undefined);
    saver.begin("A", "491", "Maria");
    let isOver = false;
    const wait = saver.settled("A").then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await wait;
    vi.useRealTimers();
  });

  test("that could not be saved is tried again, not at once; nobody is named in the log", async () => {
    fails("unanswered");
    await save("A", "491", "Maria");
    now = NOW + 5 * MINUTE - 1;
    await save("B", "491", "Maria");
    expect([asked, saved.get("491")]).toEqual([["491 Maria"], null]);
    phone = async () => undefined;
    now = NOW + 5 * MINUTE;
    await save("C", "491", "Maria");
    expect(asked).toEqual(["491 Maria", "491 Maria"]);
    expect(warnings).toEqual(["a contact was not saved on the phone (unanswered)"]);
  });

  test("is not tried for a day when the phone's contacts cannot be verified", async () => {
    fails("unverified");
    await save("A", "491", "Maria");
    now = NOW + 24 * 60 * MINUTE - 1;
    await save("B", "492", "Bob");
    expect(asked).toEqual(["491 Maria"]);
    now += 1;
    await save("C", "492", "Bob");
    expect(asked).toEqual(["491 Maria", "492 Bob"]);
  });

  test("is tried again at once after the connection was lost", async () => {
    phone = async () => {
      throw new SessionClosedError("gone");
    };
    await save("A", "491", "Maria");
    phone = async () => undefined;
    await save("B", "491", "Maria");
    expect([asked.length, warnings]).toEqual([2, []]);
  });
});
