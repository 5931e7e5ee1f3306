/**
 * Puts three guarantees around Baileys' Signal repository, through the `makeSignalRepository` option:
 *
 * 1. **Stored before it shows.** Baileys wraps a whole send in one key transaction that commits after the stanza has
 *    left. Here each encryption commits on its own, before its ciphertext is handed out.
 * 2. **One at a time.** Baileys guards sends by one mutex and decryptions by others, so a send could commit a session it
 *    had read before a message arrived, and the next one would reuse a message key. Here all Signal operations of a
 *    number take turns; they are local and take milliseconds.
 * 3. **A message is stored with its ratchet.** The plaintext joins the key transaction of its decryption, under the
 *    pseudo type `x-inbound`, and is committed with it (see auth-store.ts). If the same stanza comes again because its
 *    receipt was lost in a crash, the stored plaintext answers instead of an error.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { INBOUND } from "./auth/auth-store.ts";
import type {
  SignalDataSet,
  SignalKeyStoreWithTransaction,
  SignalRepositoryWithLIDStore,
  SocketConfig,
} from "./baileys.ts";
import { DEFAULT_CONNECTION_CONFIG } from "./baileys.ts";
import { takingTurns } from "./taking-turns.ts";

/** A decrypted stanza on its way into the store. */
export interface Decrypted {
  /** The ciphertext as it came: identifies the stanza it belongs to. */
  ciphertext: Uint8Array;
  /** Padded `proto.Message`. */
  plaintext: Uint8Array;
}

/** @returns the padded plaintext of a ciphertext whose stanza was stored earlier, or null. */
export type FindDecrypted = (ciphertext: Uint8Array) => Uint8Array | null;

type MakeRepository = SocketConfig["makeSignalRepository"];

/**
 * Privacy tokens are stored by a task that Baileys starts inside a send and that outlives the send's transaction: the
 * write went into a finished transaction and was lost, and every message asked for a new token.
 */
function writeTokensAtOnce(keys: SignalKeyStoreWithTransaction, outside: <T>(job: () => T) => T): void {
  const set = keys.set.bind(keys);
  keys.set = (data: SignalDataSet) => ("tctoken" in data ? outside(() => set(data)) : set(data));
}

/** The factory for Baileys' `makeSignalRepository` option. */
export function guardedSignalRepository(
  findDecrypted: FindDecrypted,
  /** Told of every ciphertext that cannot be decrypted. */
  onFailure: (ciphertext: Uint8Array) => void = () => undefined,
  /** Told of every phone and LID that Baileys learns to be one person, from whatever stanza or answer; JIDs. */
  onPair: (pn: string, lid: string) => void = () => undefined,
): MakeRepository {
  return (auth, logger, pnToLid) => {
    const outside = AsyncLocalStorage.snapshot() as <T>(job: () => T) => T;
    const keys = auth.keys as SignalKeyStoreWithTransaction;
    writeTokensAtOnce(keys, outside);
    const inner = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(auth, logger, pnToLid) as SignalRepositoryWithLIDStore;
    const storePairs = inner.lidMapping.storeLIDPNMappings.bind(inner.lidMapping);
    inner.lidMapping.storeLIDPNMappings = async (pairs) => {
      await storePairs(pairs);
      for (const { pn, lid } of pairs) onPair(pn, lid);
    };
    const inTurn = takingTurns();
    const alone = <T>(job: () => Promise<T>): Promise<T> => inTurn(() => outside(job));
    let decryptions = 0;

    const decrypting = async (ciphertext: Uint8Array, lock: string, decrypt: () => Promise<Uint8Array>) => {
      try {
        return await alone(() =>
          keys.transaction(async () => {
            const plaintext = await decrypt();
            const decrypted: Decrypted = { ciphertext, plaintext };
            await keys.set({ [INBOUND]: { [String(++decryptions)]: decrypted } } as unknown as SignalDataSet);
            return plaintext;
          }, lock),
        );
      } catch (error) {
        // libsignal says that a key was used before in three ways, one of which may mean anything: whether the stanza
        // was stored is the better question.
        const known = findDecrypted(ciphertext);
        if (known) return known;
        onFailure(ciphertext);
        throw error;
      }
    };

    return {
      ...inner,
      decryptMessage: (options) => decrypting(options.ciphertext, options.jid, () => inner.decryptMessage(options)),
      decryptGroupMessage: (options) =>
        decrypting(options.msg, options.group, () => inner.decryptGroupMessage(options)),
      encryptMessage: (options) => alone(() => inner.encryptMessage(options)),
      encryptGroupMessage: (options) => alone(() => inner.encryptGroupMessage(options)),
      getSenderKeyDistributionMessage: (options) => alone(() => inner.getSenderKeyDistributionMessage(options)),
      injectE2ESession: (options) => alone(() => inner.injectE2ESession(options)),
      migrateSession: (from, to) => alone(() => inner.migrateSession(from, to)),
      deleteSession: (jids) => alone(() => inner.deleteSession(jids)),
      processSenderKeyDistributionMessage: (options) => alone(() => inner.processSenderKeyDistributionMessage(options)),
    };
  };
}
