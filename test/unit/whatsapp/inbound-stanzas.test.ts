import { beforeEach, describe, expect, test } from "vitest";
import { type BinaryNode, proto, unpadRandomMax16, writeRandomPadMax16 } from "../../../src/whatsapp/baileys.ts";
import { InboundStanzas } from "../../../src/whatsapp/inbound-stanzas.ts";
import type { ReceivedMessage, StanzaOrigin } from "../../../src/whatsapp/session.ts";

const ME = { id: "490:5@s.whatsapp.net", lid: "11:5@lid" };
const HELLO = proto.Message.encode({ conversation: "Hello" }).finish();

let messages: ReceivedMessage[];
let warnings: string[];
let asked: StanzaOrigin[];
let stanzas: InboundStanzas;
let known: Uint8Array | null;

beforeEach(() => {
  messages = [];
  warnings = [];
  asked = [];
  known = null;
  stanzas = new InboundStanzas({
    lookups: {
      received(origin) {
        asked.push(origin);
        return known;
      },
      ours: () => null,
      poll: () => null,
    },
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
    stanzas.store(decrypted(first), ME);
    stanzas.store(decrypted(second), ME);
    expect(messages.map(({ id, content }) => [id, content.text])).toEqual([
      ["A", "Hello"],
      ["B", "Hello"],
    ]);
  });

  test("is handed on once for each of its ciphertexts, so that either may carry it", () => {
    const [keys, text] = [Uint8Array.of(1), Uint8Array.of(2)];
    stanzas.arrived(stanza("A", enc(keys), enc(text)));
    stanzas.store(decrypted(keys, proto.Message.encode({ senderKeyDistributionMessage: {} }).finish()), ME);
    stanzas.store(decrypted(text), ME);
    expect(messages.map(({ id }) => id)).toEqual(["A"]);
  });

  test("of a stanza nobody saw is ignored", () => {
    stanzas.arrived({ tag: "message", attrs: { id: "A", from: "491@s.whatsapp.net" } });
    stanzas.store(decrypted(Uint8Array.of(1)), ME);
    expect([messages, warnings]).toEqual([[], []]);
  });

  test("that cannot be read is warned of without a word of it, and never throws", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    stanzas.store(decrypted(ciphertext, Buffer.from("491 wrote: secret")), ME);
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
    const found = stanzas.find(ciphertext, ME);
    expect(found && Buffer.from(unpadRandomMax16(found))).toEqual(Buffer.from(HELLO));
    expect(asked).toEqual([{ id: "A", chatJid: "491@s.whatsapp.net", participantJid: null }]);
  });

  test("that was never stored, or never seen, is not answered", () => {
    const ciphertext = Uint8Array.of(1);
    stanzas.arrived(stanza("A", enc(ciphertext)));
    expect(stanzas.find(ciphertext, ME)).toBeNull();
    known = HELLO;
    expect(stanzas.find(Uint8Array.of(1), ME)).toBeNull();
  });
});
