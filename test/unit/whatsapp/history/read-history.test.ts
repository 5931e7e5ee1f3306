import { describe, expect, test } from "vitest";
import { proto } from "../../../../src/whatsapp/baileys.ts";
import { BrokenStreamError } from "../../../../src/whatsapp/history/proto-stream.ts";
import { readHistory } from "../../../../src/whatsapp/history/read-history.ts";
import type { HistoryPart } from "../../../../src/whatsapp/history-part.ts";

const ME = { id: "490@s.whatsapp.net", lid: "11@lid" };
const ALICE = "491@s.whatsapp.net";
const T = 1_793_534_400;
const NO_POLLS = { poll: () => null };

const said = (id: string, text: string, fields: proto.IWebMessageInfo | object = {}) => ({
  message: { key: { remoteJid: ALICE, id }, message: { conversation: text }, messageTimestamp: T, ...fields },
});

const encoded = (history: Omit<proto.IHistorySync, "syncType">) =>
  proto.HistorySync.encode({ syncType: proto.HistorySync.HistorySyncType.RECENT, ...history }).finish();

/** The bytes in pieces of this size, and how many were asked for. */
function source(bytes: Uint8Array, size: number) {
  const state = { given: 0 };
  async function* pieces() {
    for (let at = 0; at < bytes.byteLength; at += size) {
      const piece = bytes.subarray(at, at + size);
      state.given += piece.byteLength;
      yield piece;
    }
  }
  return { state, pieces: pieces() };
}

async function read(bytes: Uint8Array, size = 64): Promise<HistoryPart[]> {
  const parts: HistoryPart[] = [];
  for await (const part of readHistory(source(bytes, size).pieces, ME, NO_POLLS)) parts.push(part);
  return parts;
}

const HISTORY = encoded({
  conversations: [
    {
      id: ALICE,
      name: "Alice",
      unreadCount: 3,
      messages: [
        said("A", "Hello", { pushName: "Alice" }),
        said("B", "Hi", { key: { remoteJid: ALICE, id: "B", fromMe: true }, status: 3 }),
        { message: { key: { remoteJid: ALICE, id: "S" }, messageStubType: 1 } },
      ],
      lidJid: "77@lid",
      tcToken: Buffer.from("token"),
      tcTokenTimestamp: T,
    },
  ],
  pushnames: [
    { id: ALICE, pushname: "Alice" },
    { id: "492@s.whatsapp.net", pushname: "-" },
  ],
  phoneNumberToLidMappings: [{ pnJid: "492@s.whatsapp.net", lidJid: "78@lid" }],
});

describe("a history", () => {
  test.each([1, 7, 64, 100_000])("is read in its order, in pieces of %d bytes", async (size) => {
    const parts = await read(HISTORY, size);
    expect(parts).toMatchObject([
      {
        kind: "message",
        status: "received",
        message: { id: "A", chatJid: ALICE, pushName: "Alice", sentAt: T * 1_000 },
      },
      { kind: "message", status: "delivered", message: { id: "B", fromMe: true, content: { text: "Hi" } } },
      { kind: "pair", phone: "491", lid: "77" },
      { kind: "token", jid: "77@lid", at: T, sentAt: null },
      { kind: "name", jid: ALICE, name: "Alice" },
      { kind: "pair", phone: "492", lid: "78" },
    ]);
    expect(parts).toHaveLength(6);
  });

  test("is never in memory as a whole: it is read as far as its parts are taken", async () => {
    const messages = Array.from({ length: 500 }, (_, index) => said(`M${index}`, "x".repeat(10_000)));
    const bytes = encoded({ conversations: [{ id: ALICE, messages }] });
    const { state, pieces } = source(bytes, 16_384);
    let taken = 0;
    let ahead = 0;
    for await (const part of readHistory(pieces, ME, NO_POLLS)) {
      taken += part.kind === "message" ? part.message.payload.byteLength : 0;
      ahead = Math.max(ahead, state.given - taken);
    }
    expect(taken).toBeGreaterThan(5_000_000);
    // What is given beyond the payloads: the envelopes of 500 messages, and one piece.
    expect(ahead).toBeLessThan(500 * 100 + 2 * 16_384);
  });

  test("passes over a message that is too long, and over what it does not know", async () => {
    const long = said("L", "x".repeat(1_100_000));
    const bytes = encoded({ conversations: [{ id: ALICE, messages: [long, said("A", "after")] }] });
    const unknown = Uint8Array.from([0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xfd, 0x07, 1, 2, 3, 4]);
    expect(await read(Buffer.concat([unknown, bytes]))).toMatchObject([{ message: { id: "A" } }]);
  });

  test.each([
    ["breaks off", HISTORY.subarray(0, 40)],
    ["is none", Uint8Array.from([0x0f, 1, 2, 3])],
  ])("that %s is an error", async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow(BrokenStreamError);
  });
});
