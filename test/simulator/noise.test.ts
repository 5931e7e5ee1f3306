import { Curve, type KeyPair, NOISE_MODE, NOISE_WA_HEADER, proto } from "@whiskeysockets/baileys";
import { expect, test } from "vitest";
import { makeCertificates } from "../../simulator/certificates.ts";
import { NoiseResponder, Transport } from "../../simulator/noise.ts";
import { hkdf, openGcm, sealGcm, sha256 } from "../../simulator/primitives.ts";
import { verifySignature } from "../../simulator/xeddsa.ts";

const NOW_SECONDS = 1_790_000_000;

/** The initiator, written from the Noise specification: the shared state machine, then XX's three messages. */
class Initiator {
  readonly ephemeral: KeyPair = Curve.generateKeyPair();
  readonly identity: KeyPair = Curve.generateKeyPair();
  chain: Uint8Array = new Uint8Array();
  serverKey: Buffer = Buffer.alloc(0);
  #h: Buffer = Buffer.from(NOISE_MODE);
  #ck: Buffer = Buffer.from(NOISE_MODE);
  #k: Buffer = Buffer.from(NOISE_MODE);
  #n = 0;

  hello(): Uint8Array {
    this.#mixHash(NOISE_WA_HEADER);
    this.#mixHash(this.ephemeral.public);
    return proto.HandshakeMessage.encode({ clientHello: { ephemeral: this.ephemeral.public } }).finish();
  }

  finish(answer: Uint8Array, payload: Uint8Array): Uint8Array {
    const hello = proto.HandshakeMessage.decode(answer).serverHello;
    const ephemeral = hello?.ephemeral ?? new Uint8Array();
    this.#mixHash(ephemeral);
    this.#mixKey(Curve.sharedKey(this.ephemeral.private, ephemeral));
    this.serverKey = this.#open(hello?.static ?? new Uint8Array());
    this.#mixKey(Curve.sharedKey(this.ephemeral.private, this.serverKey));
    this.chain = this.#open(hello?.payload ?? new Uint8Array());
    const encryptedStatic = this.#seal(this.identity.public);
    this.#mixKey(Curve.sharedKey(this.identity.private, ephemeral));
    const clientFinish = { static: encryptedStatic, payload: this.#seal(payload) };
    return proto.HandshakeMessage.encode({ clientFinish }).finish();
  }

  transport(): Transport {
    const keys = hkdf(Buffer.alloc(0), 64, this.#ck, "");
    return new Transport(keys.subarray(32), keys.subarray(0, 32));
  }

  #mixHash(data: Uint8Array): void {
    this.#h = sha256(this.#h, data);
  }

  #mixKey(secret: Uint8Array): void {
    const keys = hkdf(secret, 64, this.#ck, "");
    this.#ck = keys.subarray(0, 32);
    this.#k = keys.subarray(32);
    this.#n = 0;
  }

  #seal(plain: Uint8Array): Buffer {
    const sealed = sealGcm(this.#k, this.#iv(), plain, this.#h);
    this.#mixHash(sealed);
    return sealed;
  }

  #open(sealed: Uint8Array): Buffer {
    const plain = openGcm(this.#k, this.#iv(), sealed, this.#h);
    this.#mixHash(sealed);
    return plain;
  }

  #iv(): Buffer {
    const iv = Buffer.alloc(12);
    iv.writeUInt32BE(this.#n++, 8);
    return iv;
  }
}

function handshake() {
  const certificates = makeCertificates(NOW_SECONDS);
  const responder = new NoiseResponder(certificates);
  const initiator = new Initiator();
  const payload = proto.ClientPayload.encode({ username: 5_511_900_000_001, device: 3 }).finish();
  const answer = responder.hello(initiator.hello());
  return { certificates, responder, initiator, message: Buffer.from(initiator.finish(answer, payload)) };
}

test("the handshake tells the server who the client is", () => {
  const { responder, initiator, message } = handshake();
  const { staticKey, payload } = responder.finish(message);
  expect(staticKey.equals(initiator.identity.public)).toBe(true);
  expect({ username: Number(payload.username), device: payload.device }).toEqual({
    username: 5_511_900_000_001,
    device: 3,
  });
});

test("after the handshake frames pass in both directions, each counted on its own", () => {
  const { responder, initiator, message } = handshake();
  responder.finish(message);
  const server = responder.transport();
  const client = initiator.transport();
  for (const text of ["one", "two", "three"]) {
    expect(server.decrypt(client.encrypt(Buffer.from(text))).toString()).toBe(text);
  }
  expect(client.decrypt(server.encrypt(Buffer.from("answer"))).toString()).toBe("answer");
});

test("a frame that is altered, repeated or out of order does not decrypt", () => {
  const { responder, initiator, message } = handshake();
  responder.finish(message);
  const client = initiator.transport();
  const first = client.encrypt(Buffer.from("first"));
  const second = client.encrypt(Buffer.from("second"));
  expect(() => responder.transport().decrypt(second)).toThrow();
  const server = responder.transport();
  expect(server.decrypt(first).toString()).toBe("first");
  expect(() => server.decrypt(first)).toThrow();
  const altered = Buffer.from(first);
  altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
  expect(() => responder.transport().decrypt(altered)).toThrow();
  expect(() => responder.transport().decrypt(first.subarray(0, 5))).toThrow("shorter than its tag");
});

test("a last message that was tampered with, or a first one without a key, is refused", () => {
  const { responder, message } = handshake();
  message.writeUInt8(message.readUInt8(message.length - 1) ^ 1, message.length - 1);
  expect(() => responder.finish(message)).toThrow();
  const empty = proto.HandshakeMessage.encode({ clientHello: {} }).finish();
  expect(() => new NoiseResponder(makeCertificates(NOW_SECONDS)).hello(empty)).toThrow("no ephemeral key");
  expect(() => handshake().responder.finish(empty)).toThrow("lacks its static key");
});

test("the certificate chain leads from the root to the key the server proved to have", () => {
  const { certificates, initiator } = handshake();
  const { leaf, intermediate } = proto.CertChain.decode(initiator.chain);
  const read = (details: Uint8Array | null | undefined) =>
    proto.CertChain.NoiseCertificate.Details.decode(details ?? new Uint8Array());
  const bytes = (value: Uint8Array | null | undefined) => value ?? new Uint8Array();
  const [leafDetails, intermediateDetails] = [read(leaf?.details), read(intermediate?.details)];

  expect(verifySignature(certificates.rootKey, bytes(intermediate?.details), bytes(intermediate?.signature))).toBe(
    true,
  );
  expect(verifySignature(bytes(intermediateDetails.key), bytes(leaf?.details), bytes(leaf?.signature))).toBe(true);
  expect(Buffer.from(bytes(leafDetails.key)).equals(initiator.serverKey)).toBe(true);
  expect([
    intermediateDetails.issuerSerial,
    intermediateDetails.serial,
    leafDetails.issuerSerial,
    leafDetails.serial,
  ]).toEqual([0, 1, 1, 2]);
  expect(Number(leafDetails.notBefore)).toBeLessThan(NOW_SECONDS);
  expect(Number(leafDetails.notAfter)).toBeGreaterThan(NOW_SECONDS);
});
