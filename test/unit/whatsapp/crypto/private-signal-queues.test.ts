import {
  addTransactionCapability,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from "@whiskeysockets/baileys";
import { beforeAll, describe, expect, test } from "vitest";
import { usePrivateSignalQueues } from "../../../../src/whatsapp/crypto/private-signal-queues.ts";

const LOGGER = DEFAULT_CONNECTION_CONFIG.logger.child({});
LOGGER.level = "silent";

/** Where several jobs of one address meet: each store takes a turn of the event loop for every answer. */
function slowStore(): SignalKeyStore {
  const values = new Map<string, unknown>();
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      await turn();
      const found: { [id: string]: SignalDataTypeMap[T] } = {};
      for (const id of ids) {
        const value = values.get(`${type}/${id}`);
        if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
      }
      return found;
    },
    async set(data: SignalDataSet) {
      await turn();
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries ?? {})) values.set(`${type}/${id}`, value);
      }
    },
  };
}

function device(lid: string) {
  const creds = initAuthCreds();
  const keys = addTransactionCapability(slowStore(), LOGGER, { maxCommitRetries: 1, delayBetweenTriesMs: 0 });
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, LOGGER, async () => []);
  const bundle = {
    registrationId: creds.registrationId,
    identityKey: generateSignalPubKey(creds.signedIdentityKey.public) as Uint8Array,
    signedPreKey: {
      keyId: creds.signedPreKey.keyId,
      publicKey: generateSignalPubKey(creds.signedPreKey.keyPair.public) as Uint8Array,
      signature: creds.signedPreKey.signature,
    },
  };
  return { jid: `${lid}@lid`, repository, bundle };
}

/** A burst from one number to the contact; each number takes its own sends in turn, as ours do. */
async function burst(from: ReturnType<typeof device>, to: ReturnType<typeof device>, texts: string[]): Promise<void> {
  await from.repository.injectE2ESession({ jid: to.jid, session: { ...to.bundle, preKey: undefined as never } });
  for (const text of texts) {
    const { type, ciphertext } = await from.repository.encryptMessage({ jid: to.jid, data: Buffer.from(text) });
    const plaintext = await to.repository.decryptMessage({ jid: from.jid, type, ciphertext });
    expect(Buffer.from(plaintext).toString()).toBe(text);
  }
}

describe("two numbers of one isolate that write to the same contact", () => {
  beforeAll(() => usePrivateSignalQueues());

  test("do not run their work in each other's transactions: every message is readable", async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `message ${index + 1}`);
    // The contact has a device of its own for each number, so that only the senders' address queue is shared.
    const [first, second] = [device("101"), device("102")];
    const [contactOfFirst, contactOfSecond] = [device("900"), device("900")];
    await Promise.all([burst(first, contactOfFirst, texts), burst(second, contactOfSecond, texts)]);
  });

  test("installing it again changes nothing", () => {
    expect(() => usePrivateSignalQueues()).not.toThrow();
  });
});
