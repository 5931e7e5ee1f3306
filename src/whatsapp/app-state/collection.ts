/**
 * One collection of the account's synchronised settings: what others changed is taken over as far as its MACs prove it,
 * and our own changes go on top of that. Baileys' functions do the arithmetic; its own way of using them holds the
 * transaction that sends wait for while it asks WhatsApp, goes on with states that failed their checks, and takes every
 * answer to a change for a yes.
 */
import type { BinaryNode, ChatMutation, LTHashState, WAPatchCreate, WAPatchName } from "../baileys.ts";
import {
  decodePatches,
  decodeSyncdSnapshot,
  encodeSyncdPatch,
  isMissingKeyError,
  newLTHashState,
  proto,
  S_WHATSAPP_NET,
} from "../baileys.ts";
import { AppStateError } from "./app-state-error.ts";
import { type Answer, parseAnswer } from "./collection-answer.ts";
import { Complaints } from "./complaints.ts";
import type { StateStore } from "./state-store.ts";

/** Answers one collection may come in (ours): WhatsApp's hold some hundred changes each. */
const MOST_ANSWERS = 100;

/** A key of the collections as the phone shared it. */
export type SyncKey = proto.Message.IAppStateSyncKeyData;

export interface CollectionDeps {
  states: StateStore;
  query: (iq: BinaryNode) => Promise<BinaryNode | undefined>;
  /** By id, base64; undefined when the phone has not shared it. */
  findKey: (id: string) => Promise<SyncKey | undefined>;
  /** Id of the key to encrypt with; undefined until the phone shared one. */
  ownKeyId: () => string | undefined;
  /** A part that is too large for a stanza. @throws when it cannot be had or is not what was told of */
  download: (blob: proto.IExternalBlobReference) => Promise<Uint8Array>;
}

/** A change of ours. */
export type Change = Omit<WAPatchCreate, "type">;

export class Collection {
  readonly #name: WAPatchName;
  readonly #deps: CollectionDeps;

  constructor(name: WAPatchName, deps: CollectionDeps) {
    this.#name = name;
    this.#deps = deps;
  }

  /** The state that is verified so far. */
  get state(): LTHashState {
    return this.#deps.states.load(this.#name) ?? newLTHashState();
  }

  /**
   * Takes over what others changed; from the beginning when what is stored does not fit any more.
   * @returns the changes, in order. @throws AppStateError
   */
  async pull(): Promise<ChatMutation[]> {
    try {
      return await this.#pull();
    } catch (error) {
      const isWorthAnother = error instanceof AppStateError && error.problem === "unverified";
      if (!isWorthAnother || this.state.version === 0) throw error;
      this.forget();
      return this.#pull();
    }
  }

  /** Adds a change on top of the verified state. @throws AppStateError `conflict` when that is no longer the latest */
  async push(change: Change): Promise<void> {
    const { findKey, ownKeyId, query, states } = this.#deps;
    const keyId = ownKeyId();
    if (keyId === undefined) throw new AppStateError("not_ready");
    const before = this.state;
    const { patch, state } = await checked(() =>
      encodeSyncdPatch({ ...change, type: this.#name }, keyId, before, findKey),
    );
    const attrs = { name: this.#name, version: `${before.version}`, return_snapshot: "false" };
    const content = [{ tag: "patch", attrs: {}, content: proto.SyncdPatch.encode(patch).finish() }];
    parseAnswer(await query(request({ tag: "collection", attrs, content })), before.version);
    states.save(this.#name, state);
  }

  /** What is stored is not used any more: the next pull begins anew. */
  forget(): void {
    this.#deps.states.forget(this.#name);
  }

  async #pull(): Promise<ChatMutation[]> {
    const changes: ChatMutation[] = [];
    for (let answers = 0; answers < MOST_ANSWERS; answers += 1) {
      const { version } = this.state;
      const attrs = { name: this.#name, version: `${version}`, return_snapshot: `${version === 0}` };
      const answer = parseAnswer(await this.#deps.query(request({ tag: "collection", attrs })), version);
      changes.push(...(await this.#takeOver(answer)));
      if (!answer.hasMore) return changes;
    }
    throw new AppStateError("unverified");
  }

  /** Stores the state behind an answer; nothing is stored of one that fails a check. @returns its changes */
  async #takeOver({ snapshot, patches }: Answer): Promise<ChatMutation[]> {
    if (!snapshot && patches.length === 0) return [];
    const { findKey, download, states } = this.#deps;
    const name = this.#name;
    const complaints = new Complaints();
    let { state } = this;
    let changes: ChatMutation[] = [];
    if (snapshot) {
      const whole = proto.SyncdSnapshot.decode(await download(snapshot));
      const read = await checked(() => decodeSyncdSnapshot(name, whole, findKey, undefined, true, complaints.logger));
      state = read.state;
      changes = Object.values(read.mutationMap);
    }
    for (const patch of patches) {
      if (!patch.externalMutations) continue;
      // Fetched here: Baileys' own way knows only WhatsApp's default host and does not verify what comes.
      const { mutations } = proto.SyncdMutations.decode(await download(patch.externalMutations));
      patch.mutations = [...(patch.mutations ?? []), ...mutations];
      patch.externalMutations = null;
    }
    const read = await checked(() =>
      decodePatches(name, patches, state, findKey, {}, undefined, complaints.logger, true),
    );
    if (complaints.any) throw new AppStateError("unverified");
    states.save(name, read.state);
    return [...changes, ...Object.values(read.mutationMap)];
  }
}

/** Baileys' errors as ours. */
async function checked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new AppStateError(isMissingKeyError(error) ? "not_ready" : "unverified");
  }
}

const request = (collection: BinaryNode): BinaryNode => ({
  tag: "iq",
  attrs: { to: S_WHATSAPP_NET, type: "set", xmlns: "w:sync:app:state" },
  content: [{ tag: "sync", attrs: {}, content: [collection] }],
});
