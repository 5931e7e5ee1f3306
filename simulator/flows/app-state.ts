/** Synchronised settings: devices pull the patches they miss and push their own; the phone can change them too. */
import { randomBytes } from "node:crypto";
import { type BinaryNode, proto, type WAPatchCreate, type WAPatchName } from "@whiskeysockets/baileys";
import type { Account } from "../accounts.ts";
import { PatchRefused } from "../app-state.ts";
import type { Companion } from "../companion.ts";
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
  const { name = "", version = "0" } = asked.attrs;
  if (!isCollection(name)) return stanza("collection", { name, type: "error" }, [stanza("error", { code: "400" })]);
  const { appState } = companion.account;
  const patch = child(asked, "patch");
  if (!patch) {
    if (companion.bootstrap) companion.pulled.add(name);
    const patches = appState.since(name, Number(version)).map((bytes) => stanza("patch", {}, bytes));
    const content = patches.length > 0 ? [stanza("patches", {}, patches)] : undefined;
    return stanza("collection", { name, version: `${appState.version(name)}` }, content);
  }
  try {
    await appState.accept(name, Number(version), bytesOf(patch));
  } catch (error) {
    if (!(error instanceof PatchRefused)) throw error;
    simulation.violated("app-state", `${companion.account.phone}:${companion.device}`, error.message);
    return stanza("collection", { name, type: "error" }, [stanza("error", { code: "409", text: "conflict" })]);
  }
  announce(companion.account, name, companion);
  return stanza("collection", { name, version: `${appState.version(name)}` });
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
