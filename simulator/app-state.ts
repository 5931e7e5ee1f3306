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

/** A patch that was not taken over; the message says why. */
export class PatchRefused extends Error {
  override readonly name = "PatchRefused";
}

interface Collection {
  /** Encoded patches; the first has version 1. */
  patches: Uint8Array[];
  state: LTHashState;
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

  version(name: WAPatchName): number {
    return this.#collection(name).patches.length;
  }

  /** The patches a device that stands at `version` has not seen. */
  since(name: WAPatchName, version: number): Uint8Array[] {
    return this.#collection(name).patches.slice(version);
  }

  /** Adds a change made on the phone. */
  async change(change: WAPatchCreate): Promise<void> {
    const collection = this.#collection(change.type);
    const keyId = Buffer.from(this.key.id).toString("base64");
    const { patch, state } = await encodeSyncdPatch(change, keyId, collection.state, this.#findKey);
    this.#append(collection, { ...patch, version: { version: state.version } }, state);
  }

  /**
   * Takes over a device's patch on top of `version`. Throws {@link PatchRefused} when the device has not seen the latest
   * patches, or when the patch is not encrypted and authenticated as it should be.
   */
  async accept(name: WAPatchName, version: number, encoded: Uint8Array): Promise<void> {
    const collection = this.#collection(name);
    if (version !== collection.patches.length) {
      throw new PatchRefused(`patch of ${name} on version ${version}, which is at ${collection.patches.length}`);
    }
    const patch = { ...proto.SyncdPatch.decode(encoded), version: { version: version + 1 } };
    // Decoding empties the patch's list of changes, so it works on a copy.
    const copy = { ...patch, mutations: [...(patch.mutations ?? [])] };
    const complaints: unknown[] = [];
    const { state } = await decodePatches(
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
  }

  #append(collection: Collection, patch: proto.ISyncdPatch, state: LTHashState): void {
    collection.patches.push(proto.SyncdPatch.encode(patch).finish());
    collection.state = state;
  }

  #collection(name: WAPatchName): Collection {
    const collection = this.#collections.get(name) ?? { patches: [], state: newLTHashState() };
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
