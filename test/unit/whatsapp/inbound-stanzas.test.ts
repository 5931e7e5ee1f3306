import { beforeEach, describe, expect, test } from "vitest";
import { type BinaryNode, proto, unpadRandomMax16, writeRandomPadMax16 } from "../../../src/whatsapp/baileys.ts";
import { InboundStanzas } from "../../../src/whatsapp/inbound-stanzas.ts";
import type { ReceivedMessage, StanzaOrigin } from "../../../src/whatsapp/session.ts";

const ME = { id: "490:5@s.whatsapp.net", lid: "11:5@lid" };
const HELLO = proto.Message.encode({ conversation: "Hello" }).finish();

let messages: ReceivedMessage[];
let warnings: string[];
let placeholders: unknown[];
let empty: string[];
let histories: string[];
let failures: unknown[];
let asked: StanzaOrigin[];
let stanzas: InboundStanzas;
let known: Uint8Array | null;

beforeEach(() => {
  messages = [];
  warnings = [];
  placeholders = [];
  empty = [];
  histories = [];
  failures = [];
  asked = [];
  known = null;
  stanzas = new InboundStanzas({
    lookups: {
      received(origin) {
        asked.push(origin);
        return known;
      },
      ours: () => null,
      repeatable: () => null,
      awaited: () => [],
      poll: () => null,
    },
    me: () => ME,
    onPlaceholder: (message, waitMs) => placeholders.push([message.id, message.content.details?.unavailable, waitMs]),
    onFailure: ({ id }) => failures.push(id),
    onHistory: ({ kind }) => histories.push(kind),
    onEmpty: ({ id }) => empty.push(id),
    onMessage: (message) => messages.push(message),
    warn: (text) => warnings.push(text),
  });
});

const enc = (ciphertext: Uint8Array): BinaryNode => ({
  tag: "enc",
  attrs: { type: "msg", v: "2" },
  content: ciphertext,
});

const stanza = (id: string, ...content: BinaryNode[]): BinaryNode => ({
  tag: "message",
  attrs: { id, from: "491@s.whatsapp.net", t: "1793534400" },
  content,
});

const decrypted = (ciphertext: Uint8Array, message: Uint8Array = HELLO) => ({
  ciphertext,
  plaintext: writeRandomPadMax16(message),
});

describe("a decrypted message", () => {
  test("is handed on with the stanza it came in, whatever arrived in between", () => {
    const [first, second] = [Uint8Array.of(1), Uint8Array.of(1)];
    stanzas.arrived(stanza("A", enc(first)));
    stanzas.arrived(stanza("B", { tag: "meta", attrs: {} }, enc(second)));
    stanzas.store(decrypted(first));
    stanzas.store(decrypted(second));
    expect(messages.map(({ id, content }) => [id, content.text])).toEqual([
      ["A", "Hello"],
      ["B", "Hello"],
    ]);
  });

  test("is handed on once for each of its ciphertexts, so that either may carry it", () => {
    const [keys, text] = [Uint8Array.of(1), Uint8Array.of(2)];
    stanzas.arrived(stanza("A", enc(keys), enc(text)));
    stanzas.store(decrypted(keys, proto.Message.encode({ senderKeyDistributionMessage: {} }).finish()));
    stanzas.store(decrypted(text));
    expect(messages.map(({ id }) => id)).toEqual(["A"]);
  });

  test("of a stanza nobody saw is ignored", () => {
    stanzas.arrived({ tag: "message", attrs: { id: "A", from: "491@s.whatsapp.net" } });
    stanzas.store(decrypted(Uint8Array.of(1)));
    expect([messages, warnings]).toEqual([[], []]);
  });

  test("that cannot be read is warned of without a word of it, and never throws", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    stanzas.store(decrypted(ciphertext, Buffer.from("491 wrote: secret")));
    expect(messages).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^a message could not be read \(\w+\)$/);
  });
});

describe("a stanza that comes again", () => {
  test("is answered with its stored payload, padded as a decrypted one would be", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    known = HELLO;
    const found = stanzas.find(ciphertext);
    expect(found && Buffer.from(unpadRandomMax16(found))).toEqual(Buffer.from(HELLO));
    expect(asked).toEqual([{ id: "A", chatJid: "491@s.whatsapp.net", participantJid: null }]);
  });

  test("that was never stored, or never seen, is not answered", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    expect(stanzas.find(ciphertext)).toBeNull();
    known = HELLO;
    expect(stanzas.find(Uint8Array.of(1))).toBeNull();
  });
});

describe("a stanza without a ciphertext that this device can read", () => {
  const child = (tag: string, attrs: Record<string, string> = {}): BinaryNode => ({ tag, attrs });

  test.each([
    ["view_once", 0, child("unavailable", { type: "view_once" })],
    ["view_once", 0, child("unavailable", { type: "view_once_unavailable_fanout" })],
    ["withheld", 0, child("unavailable", { type: "bot_unavailable_fanout" })],
    ["withheld", 20_000, child("unavailable")],
    ["unknown_encryption", 0, child("enc", { type: "msmsg" })],
  ])("is a message that says why: %s, told after %d ms", (why, waitMs, content) => {
    stanzas.arrived(stanza("A", content));
    expect([placeholders, messages, failures]).toEqual([[["A", why, waitMs]], [], []]);
  });

  test("may bring the message itself", () => {
    stanzas.arrived(stanza("A", { tag: "plaintext", attrs: {}, content: HELLO }));
    expect(messages.map(({ id, content }) => [id, content.text])).toEqual([["A", "Hello"]]);
    expect(placeholders).toEqual([]);
  });

  test("is none when it is our own devices' affair, a status update or a channel's reaction", () => {
    for (const attrs of [{ category: "peer" }, { from: "status@broadcast", participant: "491@s.whatsapp.net" }]) {
      const node = stanza("A", child("unavailable"));
      stanzas.arrived({ ...node, attrs: { ...node.attrs, ...attrs } });
    }
    const reaction = stanza("B", child("reaction"));
    stanzas.arrived({ ...reaction, attrs: { ...reaction.attrs, from: "5@newsletter" } });
    expect([placeholders, warnings]).toEqual([[], []]);
  });

  test("that names no sender costs a warning, not the session", () => {
    const node = stanza("A", child("unavailable"));
    stanzas.arrived({ ...node, attrs: { id: "A" } });
    expect([placeholders, warnings.length]).toEqual([[], 1]);
  });
});

describe("a ciphertext that cannot be decrypted", () => {
  test("is a message that may still come", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    stanzas.failed(ciphertext);
    expect([placeholders, failures]).toEqual([[["A", "undecryptable", 30_000]], ["A"]]);
  });

  test("is none when its sender wants it to be overlooked", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", { ...enc(ciphertext), attrs: { type: "msg", "decrypt-fail": "hide" } }));
    stanzas.failed(ciphertext);
    expect([placeholders, failures]).toEqual([[], []]);
  });

  test("is none any more when a later copy says nothing to people", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    stanzas.store(decrypted(ciphertext, proto.Message.encode({ senderKeyDistributionMessage: {} }).finish()));
    expect(empty).toEqual(["A"]);
  });
});

describe("a message that our phone hands on", () => {
  const resent = (from: string) => {
    const info = { key: { id: "A", remoteJid: "491@s.whatsapp.net" }, message: { conversation: "Hello" } };
    const webMessageInfoBytes = proto.WebMessageInfo.encode(info).finish();
    const peerDataOperationResult = [{ placeholderMessageResendResponse: { webMessageInfoBytes } }];
    const protocolMessage = { peerDataOperationRequestResponseMessage: { peerDataOperationResult } };
    const ciphertext = Uint8Array.of(1);
    const node = stanza("P", enc(ciphertext));
    stanzas.arrived({ ...node, attrs: { ...node.attrs, from, category: "peer" } });
    stanzas.store(decrypted(ciphertext, proto.Message.encode({ protocolMessage }).finish()));
  };

  test("is that message", () => {
    resent("490@s.whatsapp.net");
    expect(messages).toMatchObject([{ id: "A", chatJid: "491@s.whatsapp.net", fromMe: false }]);
  });

  test("is nothing when somebody else claims to be our phone", () => {
    resent("491@s.whatsapp.net");
    expect(messages).toEqual([]);
  });
});
