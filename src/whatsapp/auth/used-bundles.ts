/**
 * Key bundles that came with requests for copies and that a session was made from. A one-time key is good for one session:
 * when WhatsApp repeats a request, because its acknowledgement was lost, the session that is there is used.
 */
import type { SignalDataSet, SignalDataTypeMap, SignalKeyStore } from "../baileys.ts";

/** Pseudo key type under which the bundles of a device (its JID) are kept; no export takes it along. */
const USED = "x-used-bundles" as keyof SignalDataTypeMap;
/** So many of a device are remembered: more than it can have asked with before the first is acknowledged. */
const REMEMBERED = 8;
/** Characters of an identity that tell it from the one before. */
const IDENTITY_CHARACTERS = 16;

interface Bundle {
  identityKey: Uint8Array;
  preKey?: { keyId: number } | undefined;
}

/** Null for one without a one-time key: it may be used again and again. */
function nameOf({ identityKey, preKey }: Bundle): string | null {
  return preKey ? `${Buffer.from(identityKey).toString("hex").slice(0, IDENTITY_CHARACTERS)}:${preKey.keyId}` : null;
}

export function usedBundles(keys: SignalKeyStore) {
  const read = async (device: string): Promise<string[]> => {
    const found = (await keys.get(USED, [device])) as unknown as Record<string, string[] | undefined>;
    return found[device] ?? [];
  };
  return {
    async has(device: string, bundle: Bundle): Promise<boolean> {
      const name = nameOf(bundle);
      return name !== null && (await read(device)).includes(name);
    },
    /** To be called before anything leaves in its session. */
    async add(device: string, bundle: Bundle): Promise<void> {
      const name = nameOf(bundle);
      if (name === null) return;
      const names = [...(await read(device)), name].slice(-REMEMBERED);
      await keys.set({ [USED]: { [device]: names } } as unknown as SignalDataSet);
    },
  };
}

export type UsedBundles = ReturnType<typeof usedBundles>;
