/** The server's half of Noise_XX_25519_AESGCM_SHA256, and the cipher pair it leaves behind. */
import { Curve, type KeyPair, NOISE_MODE, NOISE_WA_HEADER, proto } from "@whiskeysockets/baileys";
import type { Certificates } from "./certificates.ts";
import { hkdf, openGcm, sealGcm, sha256 } from "./primitives.ts";

const NOTHING = Buffer.alloc(0);

/** What the client proves and says in the last message of the handshake. */
export interface ClientFinish {
  /** The client's static noise key: registration binds it to the device, login has to show it again. */
  staticKey: Buffer;
  payload: proto.ClientPayload;
}

/** Encrypts and decrypts the frames after the handshake; each direction counts its frames from zero. */
export class Transport {
  readonly #readKey: Buffer;
  readonly #writeKey: Buffer;
  #read = 0;
  #written = 0;

  constructor(readKey: Buffer, writeKey: Buffer) {
    this.#readKey = readKey;
    this.#writeKey = writeKey;
  }

  encrypt(plain: Uint8Array): Buffer {
    return sealGcm(this.#writeKey, counterIv(this.#written++), plain, NOTHING);
  }

  /** Throws when the frame is forged, altered or out of order. */
  decrypt(sealed: Uint8Array): Buffer {
    return openGcm(this.#readKey, counterIv(this.#read++), sealed, NOTHING);
  }
}

/** One handshake as responder: `hello()` answers the first message, `finish()` reads the third, `transport()` splits. */
export class NoiseResponder {
  readonly #certificates: Certificates;
  readonly #ephemeral: KeyPair = Curve.generateKeyPair();
  #hash: Buffer = Buffer.from(NOISE_MODE);
  #salt = this.#hash;
  #key = this.#hash;
  #counter = 0;

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
    this.#authenticate(NOISE_WA_HEADER);
  }

  /** Takes the client's hello, gives the server's: ephemeral key, encrypted static key, encrypted certificate chain. */
  hello(message: Uint8Array): Buffer {
    const clientEphemeral = proto.HandshakeMessage.decode(message).clientHello?.ephemeral;
    if (clientEphemeral?.length !== 32) throw new Error("the client's hello carries no ephemeral key of 32 bytes");
    this.#authenticate(clientEphemeral);
    this.#authenticate(this.#ephemeral.public);
    this.#mix(Curve.sharedKey(this.#ephemeral.private, clientEphemeral));
    const encryptedStatic = this.#encrypt(this.#certificates.staticKeys.public);
    this.#mix(Curve.sharedKey(this.#certificates.staticKeys.private, clientEphemeral));
    const payload = this.#encrypt(this.#certificates.chain);
    const serverHello = { ephemeral: this.#ephemeral.public, static: encryptedStatic, payload };
    return Buffer.from(proto.HandshakeMessage.encode({ serverHello }).finish());
  }

  /** Reads the client's last message; throws when it was not made with the keys of this handshake. */
  finish(message: Uint8Array): ClientFinish {
    const finish = proto.HandshakeMessage.decode(message).clientFinish;
    if (!finish?.static || !finish.payload) throw new Error("the client's finish lacks its static key or its payload");
    const staticKey = this.#decrypt(finish.static);
    this.#mix(Curve.sharedKey(this.#ephemeral.private, staticKey));
    return { staticKey, payload: proto.ClientPayload.decode(this.#decrypt(finish.payload)) };
  }

  /** The ciphers for everything after the handshake: the first half of the split is the client's sending key. */
  transport(): Transport {
    const keys = hkdf(NOTHING, 64, this.#salt, "");
    return new Transport(keys.subarray(0, 32), keys.subarray(32));
  }

  #authenticate(data: Uint8Array): void {
    this.#hash = sha256(this.#hash, data);
  }

  #mix(secret: Uint8Array): void {
    const keys = hkdf(secret, 64, this.#salt, "");
    this.#salt = keys.subarray(0, 32);
    this.#key = keys.subarray(32);
    this.#counter = 0;
  }

  #encrypt(plain: Uint8Array): Buffer {
    const sealed = sealGcm(this.#key, counterIv(this.#counter++), plain, this.#hash);
    this.#authenticate(sealed);
    return sealed;
  }

  #decrypt(sealed: Uint8Array): Buffer {
    const plain = openGcm(this.#key, counterIv(this.#counter++), sealed, this.#hash);
    this.#authenticate(sealed);
    return plain;
  }
}

/** Twelve bytes with the counter big-endian in the last four. */
function counterIv(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}
