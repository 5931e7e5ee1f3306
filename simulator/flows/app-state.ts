/** Synchronised settings: devices pull the patches they miss and push their own; the phone can change them too. */
import { randomBytes } from "node:crypto";
import { type BinaryNode, proto, type WAPatchCreate, type WAPatchName } from "@whiskeysockets/baileys";
import type { Account } from "../accounts.ts";
import { type AppState, PatchOutdated, PatchRefused } from "../app-state.ts";
import type { Companion } from "../companion.ts";
import { encryptFile, sha256 } from "../media-file.ts";
import type { LinkedOrigin, Router } from "../router.ts";
import { bytesOf, child, children, SERVER_JID, stanza, unixSeconds } from "../stanza.ts";

/** All collections; a device has synchronised for the first time when it has asked for each. */
export const COLLECTIONS: readonly string[] = [
  "critical_block",
  "critical_unblock_low",
  "regular_high",
  "regular_low",
  "regular",
] satisfies WAPatchName[];

export function registerAppState(router: Router): void {
  router.iq("w:sync:app:state", "set", "sync", async ({ origin, query, reply }) => {
    const answers: BinaryNode[] = [];
    for (const collection of children(query, "collection")) answers.push(await synchronise(origin, collection));
    reply([stanza("sync", {}, answers)]);
  });
}

async function synchronise({ simulation, companion }: LinkedOrigin, asked: BinaryNode): Promise<BinaryNode> {
  const { account } = companion;
  const name = asked.attrs.name ?? "";
  if (companion.bootstrap && !child(asked, "patch")) companion.pulled.add(name);
  const { answer, change } = await answerTo(asked, account.appState, (bytes) => simulation.media.keep(bytes));
  if (change instanceof PatchRefused) {
    simulation.violated("app-state", `${account.phone}:${companion.device}`, change.message);
  } else if (change === "taken" && isCollection(name)) announce(account, name, companion);
  return answer;
}

/**
 * What the server says to one `<collection>`, which asks for what is new or brings a change.
 * @param keep stores what is too large for a stanza at the media servers; gives its path
 */
export async function answerTo(
  asked: BinaryNode,
  appState: AppState,
  keep: (bytes: Buffer) => string,
): Promise<{ answer: BinaryNode; change: "none" | "taken" | "outdated" | PatchRefused }> {
  const { name = "", version = "0" } = asked.attrs;
  const error = (code: string, text: string, more: BinaryNode[] = []) =>
    stanza("collection", { name, type: "error" }, [stanza("error", { code, text }), ...more]);
  if (!isCollection(name)) return { answer: error("400", "bad-request"), change: "none" };
  const news = () => whatIsNew(appState, name, Number(version), keep);
  const patch = child(asked, "patch");
  const latest = () => ({ name, version: `${appState.version(name)}` });
  if (!patch) {
    const content = news();
    return { answer: stanza("collection", latest(), content.length > 0 ? content : undefined), change: "none" };
  }
  try {
    await appState.accept(name, Number(version), bytesOf(patch));
  } catch (refusal) {
    if (refusal instanceof PatchOutdated) return { answer: error("409", "conflict", news()), change: "outdated" };
    if (refusal instanceof PatchRefused) return { answer: error("400", "bad-request"), change: refusal };
    throw refusal;
  }
  return { answer: stanza("collection", latest()), change: "taken" };
}

/** What a device that stands at `version` has not seen. */
function whatIsNew(
  appState: AppState,
  name: WAPatchName,
  version: number,
  keep: (bytes: Buffer) => string,
): BinaryNode[] {
  const snapshot = appState.snapshotFor(name, version);
  const patches = appState.since(name, snapshot?.version ?? version).map((bytes) => stanza("patch", {}, bytes));
  const content = patches.length > 0 ? [stanza("patches", {}, patches)] : [];
  if (!snapshot) return content;
  const { bytes, mediaKey } = encryptFile(snapshot.bytes, "app-state");
  const reference = proto.ExternalBlobReference.encode({
    mediaKey,
    directPath: keep(bytes),
    fileSizeBytes: snapshot.bytes.length,
    fileSha256: sha256(snapshot.bytes),
    fileEncSha256: sha256(bytes),
  }).finish();
  return [stanza("snapshot", {}, Buffer.from(reference)), ...content];
}

/** A change made on the phone, announced to the linked devices. */
export async function changeOnPhone(account: Account, change: WAPatchCreate): Promise<void> {
  await account.appState.change(change);
  announce(account, change.type, undefined);
}

/** The change that gives an account its push name on its linked devices. */
export function nameChange(name: string): WAPatchCreate {
  return {
    type: "critical_block",
    index: ["setting_pushName"],
    syncAction: { timestamp: Date.now(), pushNameSetting: { name } },
    apiVersion: 1,
    operation: proto.SyncdMutation.SyncdOperation.SET,
  };
}

/** The change that saves a contact under a name on the account's devices. */
export function contactChange(contact: Account, fullName: string): WAPatchCreate {
  return {
    type: "critical_unblock_low",
    index: ["contact", contact.address("pn")],
    syncAction: {
      timestamp: Date.now(),
      contactAction: { fullName, firstName: fullName, lidJid: contact.address("lid") },
    },
    apiVersion: 2,
    operation: proto.SyncdMutation.SyncdOperation.SET,
  };
}

function announce(account: Account, name: WAPatchName, author: Companion | undefined): void {
  for (const companion of account.companions.values()) {
    if (companion === author) continue;
    companion.deliver(
      stanza(
        "notification",
        { from: SERVER_JID, type: "server_sync", id: randomBytes(6).toString("hex"), t: unixSeconds() },
        [stanza("collection", { name, version: `${account.appState.version(name)}` })],
      ),
    );
  }
}

function isCollection(name: string): name is WAPatchName {
  return COLLECTIONS.includes(name);
}
