import {
  addTransactionCapability,
  DEFAULT_CONNECTION_CONFIG,
  generateSignalPubKey,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from "@whiskeysockets/baileys";

const noop = () => undefined;
const silentLogger = {
  level: "silent",
  child: () => silentLogger,
  trace: noop,
  debug: noop,
  info: noop,
  warn: noop,
  error: noop,
};

function memoryKeyStore(): SignalKeyStore {
  const rows = new Map<string, unknown>();
  return {
    async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found: Record<string, SignalDataTypeMap[T]> = {};
      for (const id of ids) {
        const value = rows.get(`${type}/${id}`);
        if (value) found[id] = value as SignalDataTypeMap[T];
      }
      return found;
    },
    async set(data: SignalDataSet) {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries ?? {})) rows.set(`${type}/${id}`, value);
      }
    },
  };
}

/** A complete Signal endpoint in memory, on Baileys' own repository. */
export function signalDevice(lid: string) {
  const creds = { ...initAuthCreds(), me: { id: "15550000001:1@s.whatsapp.net", lid } };
  const keys = addTransactionCapability(memoryKeyStore(), silentLogger, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 10,
  });
  const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository({ creds, keys }, silentLogger, async () => []);
  const { keyPair, keyId, signature } = creds.signedPreKey;
  return {
    lid,
    repository,
    /** What the server would hand to somebody who wants to open a session with this device. */
    bundle: {
      registrationId: creds.registrationId,
      identityKey: signalKey(creds.signedIdentityKey.public),
      signedPreKey: { keyId, publicKey: signalKey(keyPair.public), signature },
    },
  };
}

/** Baileys joins the type byte with Buffer.concat, and libsignal insists on a Buffer. */
function signalKey(publicKey: Uint8Array): Buffer {
  return Buffer.from(generateSignalPubKey(publicKey));
}
