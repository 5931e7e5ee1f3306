/** A complete Signal endpoint: the cryptography of one simulated phone. */
import {
  addTransactionCapability,
  Curve,
  DEFAULT_CONNECTION_CONFIG,
  encodeWAMessage,
  generateSignalPubKey,
  initAuthCreds,
  type KeyPair,
  proto,
  type SignalDataTypeMap,
  type SignalKeyStore,
  unpadRandomMax16,
} from "@whiskeysockets/baileys";
import type { KeyBundle } from "./key-bundle.ts";
import "./sound-signal.ts";

type Logger = Parameters<typeof addTransactionCapability>[1];

/** The two kinds of one-to-one ciphertext: the first opens a session, the second continues it. */
export type EncType = "pkmsg" | "msg";

export interface Ciphertext {
  type: EncType;
  ciphertext: Uint8Array;
}

/** Swallows everything: the library under Baileys logs whole sessions, private keys included. */
export const silentLogger: Logger = {
  level: "silent",
  child: () => silentLogger,
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/**
 * Sessions are named by the peer's device in one canonical form, `<lid>:<device>@lid`, however it was addressed. Inside,
 * the owner's id is put before the name: libsignal keeps one queue per name for the whole process, and runs whatever
 * waits in it within the transaction of whoever came first. Were the names shared with another device of this process
 * (a client under test, another phone), a session could be written into a transaction that has already been committed,
 * and be lost.
 */
export class SignalDevice {
  readonly identity: KeyPair;
  readonly #creds = initAuthCreds();
  readonly #keys = addTransactionCapability(memoryKeyStore(), silentLogger, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 0,
  });
  readonly #repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
    { creds: this.#creds, keys: this.#keys },
    silentLogger,
    async () => [],
  );
  readonly #owner: string;
  #nextKeyId = 1;

  constructor(owner: string) {
    this.#owner = owner;
    this.identity = this.#creds.signedIdentityKey;
  }

  get registrationId(): number {
    return this.#creds.registrationId;
  }

  /** Public keys for one stranger: each call makes a one-time key that is never handed out again. */
  async publishBundle(): Promise<KeyBundle> {
    const { signedPreKey } = this.#creds;
    const id = this.#nextKeyId++;
    const oneTimeKey = Curve.generateKeyPair();
    await this.#keys.set({ "pre-key": { [id]: oneTimeKey } });
    return {
      registrationId: this.registrationId,
      identity: Buffer.from(this.identity.public),
      signedKey: {
        id: signedPreKey.keyId,
        value: Buffer.from(signedPreKey.keyPair.public),
        signature: Buffer.from(signedPreKey.signature),
      },
      oneTimeKey: { id, value: Buffer.from(oneTimeKey.public) },
    };
  }

  async hasSession(peer: string): Promise<boolean> {
    return (await this.#repository.validateSession(this.#name(peer))).exists;
  }

  /** Starts a session, in place of the present one if there is one. */
  async startSession(peer: string, bundle: KeyBundle): Promise<void> {
    const { signedKey, oneTimeKey } = bundle;
    await this.#repository.injectE2ESession({
      jid: this.#name(peer),
      session: {
        registrationId: bundle.registrationId,
        identityKey: generateSignalPubKey(bundle.identity),
        signedPreKey: {
          keyId: signedKey.id,
          publicKey: generateSignalPubKey(signedKey.value),
          signature: signedKey.signature,
        },
        ...(oneTimeKey && {
          preKey: { keyId: oneTimeKey.id, publicKey: generateSignalPubKey(oneTimeKey.value) },
        }),
      },
    });
  }

  /** Needs a session with the peer. */
  encrypt(peer: string, message: proto.IMessage): Promise<Ciphertext> {
    return this.#repository.encryptMessage({ jid: this.#name(peer), data: encodeWAMessage(message) });
  }

  /** Throws when there is no session for it, when a one-time key is used twice, or when the ciphertext is not authentic. */
  async decrypt(peer: string, { type, ciphertext }: Ciphertext): Promise<proto.Message> {
    const padded = await this.#repository.decryptMessage({ jid: this.#name(peer), type, ciphertext });
    return proto.Message.decode(unpadRandomMax16(padded));
  }

  /** Encrypts for a group; `key` is what its members need to read it, and later messages of this device. */
  async encryptInGroup(group: string, message: proto.IMessage): Promise<{ ciphertext: Uint8Array; key: Uint8Array }> {
    const { ciphertext, senderKeyDistributionMessage } = await this.#repository.encryptGroupMessage({
      group: this.#name(group),
      meId: this.#owner.includes("@") ? this.#owner : `${this.#owner}@lid`,
      data: encodeWAMessage(message),
    });
    return { ciphertext, key: senderKeyDistributionMessage };
  }

  /** Takes another device's key for a group. */
  async learnGroupKey(group: string, author: string, key: Uint8Array): Promise<void> {
    await this.#repository.processSenderKeyDistributionMessage({
      item: { groupId: this.#name(group), axolotlSenderKeyDistributionMessage: key },
      authorJid: author,
    });
  }

  async decryptInGroup(group: string, author: string, ciphertext: Uint8Array): Promise<proto.Message> {
    const padded = await this.#repository.decryptGroupMessage({
      group: this.#name(group),
      authorJid: author,
      msg: ciphertext,
    });
    return proto.Message.decode(unpadRandomMax16(padded));
  }

  #name(peer: string): string {
    return `${this.#owner}-${peer}`;
  }

  close(): void {
    this.#repository.close?.();
  }
}

/** Keys by kind and id; the kinds differ in the type of their values, which only the caller of `get` can name. */
function memoryKeyStore(): SignalKeyStore {
  const values = new Map<string, unknown>();
  return {
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
      const found: { [id: string]: SignalDataTypeMap[T] } = {};
      for (const id of ids) {
        const value = values.get(`${type} ${id}`);
        if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data) => {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) {
          if (value === null) values.delete(`${type} ${id}`);
          else values.set(`${type} ${id}`, value);
        }
      }
    },
  };
}
