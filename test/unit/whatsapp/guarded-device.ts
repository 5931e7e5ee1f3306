/** A Signal endpoint as the gateway runs it: Baileys' repository behind our guard, on the real store of keys. */
import { type AuthStore, openAuthStore } from "../../../src/whatsapp/auth/auth-store.ts";
import {
  addTransactionCapability,
  generateSignalPubKey,
  type SignalDataSet,
  type SignalKeyStoreWithTransaction,
  type SignalRepositoryWithLIDStore,
} from "../../../src/whatsapp/baileys.ts";
import { baileysLogger } from "../../../src/whatsapp/baileys-logger.ts";
import { type Decrypted, guardedSignalRepository } from "../../../src/whatsapp/signal-repository.ts";
import { numberStorage } from "../../support/sqlite.ts";

type Bundle = Parameters<SignalRepositoryWithLIDStore["injectE2ESession"]>[0]["session"];

export interface GuardedDevice {
  lid: string;
  repository: SignalRepositoryWithLIDStore;
  keys: SignalKeyStoreWithTransaction;
  storage: DurableObjectStorage;
  /** Everything decrypted so far, as it was committed. */
  inbound: Decrypted[];
  /** Types of what was committed together, one entry per commit. */
  commits: string[][];
  /** False makes every write fail, as for a session that was replaced. */
  isCurrent: boolean;
  /** The stored form of one key. */
  stored(type: string, id: string): string | undefined;
  /** What the server would hand to somebody who wants to write to this device. */
  bundle: Bundle;
}

/** Baileys joins the type byte with Buffer.concat, and libsignal insists on a Buffer. */
const signalKey = (publicKey: Uint8Array): Buffer => Buffer.from(generateSignalPubKey(publicKey));

/** Notes what each commit holds. */
function noting(store: AuthStore, commits: string[][]): AuthStore["keys"] {
  return {
    ...store.keys,
    set(data: SignalDataSet) {
      commits.push(Object.keys(data));
      return store.keys.set(data);
    },
  };
}

/** @param lid JID of the device, e.g. `111:1@lid` */
export function guardedDevice(lid: string): GuardedDevice {
  const storage = numberStorage();
  const inbound: Decrypted[] = [];
  const commits: string[][] = [];
  const store = openAuthStore({
    storage,
    isCurrent: () => device.isCurrent,
    onInbound: (decrypted) => inbound.push(decrypted as Decrypted),
  });
  const { creds } = store;
  creds.me = { id: "15550000001:1@s.whatsapp.net", lid };
  const logger = baileysLogger(() => undefined);
  const keys = addTransactionCapability(noting(store, commits), logger, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 0,
  });
  const find = (ciphertext: Uint8Array) =>
    inbound.find((decrypted) => decrypted.ciphertext === ciphertext)?.plaintext ?? null;
  const repository = guardedSignalRepository(find)({ creds, keys }, logger, async () => []);
  const { keyPair, keyId, signature } = creds.signedPreKey;
  const device: GuardedDevice = {
    lid,
    repository: repository as SignalRepositoryWithLIDStore,
    keys,
    storage,
    inbound,
    commits,
    isCurrent: true,
    stored: (type, id) =>
      storage.sql
        .exec<{ value: string }>("SELECT value FROM signal_keys WHERE type = ? AND id = ?", type, id)
        .toArray()[0]?.value,
    bundle: {
      registrationId: creds.registrationId,
      identityKey: signalKey(creds.signedIdentityKey.public),
      signedPreKey: { keyId, publicKey: signalKey(keyPair.public), signature },
    } as Bundle,
  };
  return device;
}

/** Two devices that have written to each other, so that neither sends prekey messages any more. */
export async function acquainted(): Promise<[GuardedDevice, GuardedDevice]> {
  const [alice, bob] = [guardedDevice("111:1@lid"), guardedDevice("222:2@lid")];
  await alice.repository.injectE2ESession({ jid: bob.lid, session: bob.bundle });
  await decrypted(bob, alice, await encrypted(alice, bob, "hello"));
  await decrypted(alice, bob, await encrypted(bob, alice, "hello yourself"));
  for (const device of [alice, bob]) {
    device.inbound.length = 0;
    device.commits.length = 0;
  }
  return [alice, bob];
}

type Ciphertext = Awaited<ReturnType<SignalRepositoryWithLIDStore["encryptMessage"]>>;

export function encrypted(from: GuardedDevice, to: GuardedDevice, text: string): Promise<Ciphertext> {
  return from.repository.encryptMessage({ jid: to.lid, data: Buffer.from(text) });
}

/** The text of a ciphertext; the same object counts as the same stanza. */
export async function decrypted(by: GuardedDevice, from: GuardedDevice, message: Ciphertext): Promise<string> {
  return Buffer.from(await by.repository.decryptMessage({ jid: from.lid, ...message })).toString();
}
