/** A linked device's view of an account's settings: ours on SQLite, the server and the phone from the simulator. */
import { AppState } from "../../../../simulator/app-state.ts";
import { answerTo } from "../../../../simulator/flows/app-state.ts";
import { decryptFile, type MediaPart } from "../../../../simulator/media-file.ts";
import { AddressBook } from "../../../../src/whatsapp/app-state/address-book.ts";
import { Collection, type CollectionDeps } from "../../../../src/whatsapp/app-state/collection.ts";
import { stateStore } from "../../../../src/whatsapp/app-state/state-store.ts";
import type { BinaryNode } from "../../../../src/whatsapp/baileys.ts";
import { getBinaryNodeChild, proto } from "../../../../src/whatsapp/baileys.ts";
import { numberStorage } from "../../../support/sqlite.ts";

export const NOW = Date.parse("2026-11-01T12:00:00.000Z");

/** The change that the phone makes when its owner saves a contact there. */
export const savedOnPhone = (phone: string, fullName: string) => ({
  type: "critical_unblock_low" as const,
  index: ["contact", `${phone}@s.whatsapp.net`],
  syncAction: { timestamp: NOW, contactAction: { fullName } },
  apiVersion: 2,
  operation: proto.SyncdMutation.SyncdOperation.SET,
});

export function linkedDevice() {
  const appState = new AppState();
  const keyId = Buffer.from(appState.key.id).toString("base64");
  const files = new Map<string, Buffer>();
  const world = {
    /** Whether the phone has shared its key. */
    hasKey: true,
    /** Queries so far: what was asked for, `pull` or `push`. */
    asked: [] as string[],
    /** Changes an answer on its way. */
    tamper: (answer: BinaryNode): BinaryNode | undefined => answer,
    files,
  };
  const query: CollectionDeps["query"] = async (iq) => {
    const collection = getBinaryNodeChild(getBinaryNodeChild(iq, "sync"), "collection");
    if (!collection) throw new Error("no collection in the query");
    world.asked.push(getBinaryNodeChild(collection, "patch") ? "push" : "pull");
    const { answer } = await answerTo(collection, appState, (bytes) => {
      const path = `/v/${files.size}`;
      files.set(path, bytes);
      return path;
    });
    const told = world.tamper(answer);
    return told && { tag: "iq", attrs: { type: "result" }, content: [{ tag: "sync", attrs: {}, content: [told] }] };
  };
  const { sql } = numberStorage();
  const states = stateStore(sql);
  const deps: CollectionDeps = {
    states,
    query,
    findKey: async (id) =>
      world.hasKey && id === keyId ? proto.Message.AppStateSyncKeyData.create(appState.key.data) : undefined,
    ownKeyId: () => (world.hasKey ? keyId : undefined),
    download: async (blob) => {
      const bytes = files.get(blob.directPath ?? "");
      if (!bytes) throw new Error("no such file");
      const { mediaKey, fileSha256, fileEncSha256, fileSizeBytes: fileLength } = blob;
      return decryptFile(bytes, "app-state", { mediaKey, fileSha256, fileEncSha256, fileLength } as MediaPart);
    },
  };
  const contacts = new Collection("critical_unblock_low", deps);
  const book = new AddressBook({
    contacts,
    key: async () => deps.findKey(keyId),
    now: () => NOW,
  });
  return { appState, deps, states, contacts, settings: new Collection("critical_block", deps), book, world };
}
