/** An account's synchronised settings ("app state"): collections of encrypted patches, numbered from one. */
import { randomBytes } from "node:crypto";
import {
  decodePatches,
  encodeSyncdPatch,
  type LTHashState,
  newLTHashState,
  proto,
  type WAPatchCreate,
  type WAPatchName,
} from "@whiskeysockets/baileys";

/** A key id as WhatsApp writes it: two bytes of device, four of epoch. */
const KEY_ID_BYTES = 6;

/** A patch that was not taken over because it is not encrypted and authenticated as it should be; the message says why. */
export class PatchRefused extends Error {
  override readonly name = "PatchRefused";
}

/** A patch that was not taken over because its device has not seen the latest ones. */
export class PatchOutdated extends Error {
  override readonly name = "PatchOutdated";
}

interface Collection {
  /** Encoded patches; the first has version 1. */
  patches: Uint8Array[];
  state: LTHashState;
  /** Patches up to this version are given out as one snapshot only. */
  base: number;
  /** All that the snapshot at `base` holds, encoded; undefined while there is none. */
  snapshot: Uint8Array | undefined;
  /** The records as they are now, by the MAC of their index in base64. */
  records: Map<string, proto.ISyncdRecord>;
}

export class AppState {
  /** The key all patches are encrypted with; the phone shares it with every device it links. */
  readonly key = {
    id: randomBytes(KEY_ID_BYTES),
    data: {
      keyData: randomBytes(32),
      timestamp: 1,
      fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0] },
    } satisfies proto.Message.IAppStateSyncKeyData,
  };
  readonly #collections = new Map<WAPatchName, Collection>();
  /** Runs before the next patch of a device is looked at. */
  #beforeNextPatch: (() => Promise<void>) | undefined;
  /** The phone's contacts, by their JID: what the latest change of each says. */
  readonly contacts = new Map<string, proto.SyncActionValue.IContactAction>();

  version(name: WAPatchName): number {
    return this.#collection(name).patches.length;
  }

  /** The patches a device that stands at `version` has not seen. */
  since(name: WAPatchName, version: number): Uint8Array[] {
    return this.#collection(name).patches.slice(version);
  }

  /** What stands for all patches up to some version, for a device that stands before it. */
  snapshotFor(name: WAPatchName, version: number): { version: number; bytes: Uint8Array } | undefined {
    const { base, snapshot } = this.#collection(name);
    return snapshot && version < base ? { version: base, bytes: snapshot } : undefined;
  }

  /** From here on what is there so far is given out as a snapshot, as WhatsApp does after a while. */
  compact(): void {
    for (const collection of this.#collections.values()) {
      const latest = collection.patches.at(-1);
      if (!latest) continue;
      const { version, snapshotMac, keyId } = proto.SyncdPatch.decode(latest);
      const records = [...collection.records.values()];
      const snapshot = { version: version ?? null, records, mac: snapshotMac ?? null, keyId: keyId ?? null };
      collection.snapshot = proto.SyncdSnapshot.encode(snapshot).finish();
      collection.base = collection.patches.length;
    }
  }

  /** Just before the next change of a device arrives, this happens. */
  beforeNextPatch(happens: () => Promise<void>): void {
    this.#beforeNextPatch = happens;
  }

  /** Adds a change made on the phone. */
  async change(change: WAPatchCreate): Promise<void> {
    const collection = this.#collection(change.type);
    const keyId = Buffer.from(this.key.id).toString("base64");
    const { patch, state } = await encodeSyncdPatch(change, keyId, collection.state, this.#findKey);
    this.#append(collection, { ...patch, version: { version: state.version } }, state);
    this.#note(change.index, change.syncAction.contactAction);
  }

  /**
   * Takes over a device's patch on top of `version`. Throws {@link PatchOutdated} when the device has not seen the latest
   * patches, {@link PatchRefused} when the patch is not encrypted and authenticated as it should be.
   */
  async accept(name: WAPatchName, version: number, encoded: Uint8Array): Promise<void> {
    const happens = this.#beforeNextPatch;
    this.#beforeNextPatch = undefined;
    await happens?.();
    const collection = this.#collection(name);
    if (version !== collection.patches.length) {
      throw new PatchOutdated(`patch of ${name} on version ${version}, which is at ${collection.patches.length}`);
    }
    const patch = { ...proto.SyncdPatch.decode(encoded), version: { version: version + 1 } };
    // Decoding empties the patch's list of changes, so it works on a copy.
    const copy = { ...patch, mutations: [...(patch.mutations ?? [])] };
    const complaints: unknown[] = [];
    const { state, mutationMap } = await decodePatches(
      name,
      [copy],
      collection.state,
      this.#findKey,
      {},
      undefined,
      { ...complainTo(complaints) },
      true,
    );
    if (complaints.length > 0)
      throw new PatchRefused(`patch of ${name} is not authentic: ${JSON.stringify(complaints[0])}`);
    this.#append(collection, patch, state);
    for (const { index, syncAction } of Object.values(mutationMap)) this.#note(index, syncAction.value?.contactAction);
  }

  #note([kind, jid = ""]: string[], contact: proto.SyncActionValue.IContactAction | null | undefined): void {
    if (kind === "contact" && contact) this.contacts.set(jid, contact);
  }

  #append(collection: Collection, patch: proto.ISyncdPatch, state: LTHashState): void {
    for (const { operation, record } of patch.mutations ?? []) {
      const index = Buffer.from(record?.index?.blob ?? []).toString("base64");
      if (operation === proto.SyncdMutation.SyncdOperation.REMOVE) collection.records.delete(index);
      else if (record) collection.records.set(index, record);
    }
    collection.patches.push(proto.SyncdPatch.encode(patch).finish());
    collection.state = state;
  }

  #collection(name: WAPatchName): Collection {
    const collection = this.#collections.get(name) ?? {
      patches: [],
      state: newLTHashState(),
      base: 0,
      snapshot: undefined,
      records: new Map(),
    };
    this.#collections.set(name, collection);
    return collection;
  }

  readonly #findKey = async (keyId: string) =>
    keyId === Buffer.from(this.key.id).toString("base64") ? this.key.data : undefined;
}

/** Baileys reports a patch that fails its checks only as a warning to its logger, and goes on. */
function complainTo(complaints: unknown[]): NonNullable<Parameters<typeof decodePatches>[6]> {
  const logger = {
    level: "warn",
    child: () => logger,
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: (_: unknown, message?: string) => complaints.push(message),
    error: (_: unknown, message?: string) => complaints.push(message),
  };
  return logger;
}
