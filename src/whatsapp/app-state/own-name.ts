/** The name the account shows to people: a setting that the phone shares with its devices. */
import { proto } from "../baileys.ts";
import type { Change, Collection } from "./collection.ts";

export const OWN_NAME_COLLECTION = "critical_block";

const INDEX = ["setting_pushName"];
/** Version of the action, as WhatsApp Web writes it (Baileys' `chatModificationToAppPatch`). */
const PUSH_NAME_VERSION = 1;

/** Reads the settings from their beginning. @returns the name; null when none was ever set. @throws AppStateError */
export function readOwnName(settings: Collection): Promise<string | null> {
  settings.forget();
  return newOwnName(settings);
}

/** @returns the name that was set last since the settings were read before; null when none was. @throws AppStateError */
export async function newOwnName(settings: Collection): Promise<string | null> {
  const named = (await settings.pull()).filter(({ index }) => index[0] === INDEX[0]);
  return named.at(-1)?.syncAction.value?.pushNameSetting?.name || null;
}

/** The change that gives the account a name. @param now epoch milliseconds */
export const ownNameChange = (name: string, now: number): Change => ({
  index: INDEX,
  syncAction: { timestamp: now, pushNameSetting: { name } },
  apiVersion: PUSH_NAME_VERSION,
  operation: proto.SyncdMutation.SyncdOperation.SET,
});
