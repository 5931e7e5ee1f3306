/** A contact as the account's devices keep it: a record of the collection `critical_unblock_low`. */
import { createHmac } from "node:crypto";
import { proto } from "../baileys.ts";
import { expandAppStateKeys } from "../crypto/rust-bridge.ts";
import { lidJid, phoneJid } from "../identity.ts";
import type { Change, SyncKey } from "./collection.ts";

/** Version of the action, as WhatsApp Web writes it (Baileys' `chatModificationToAppPatch`). */
const CONTACT_ACTION_VERSION = 2;

const indexOf = (phone: string): string[] => ["contact", phoneJid(phone)];

export interface ContactEntry {
  /** Digits. */
  phone: string;
  /** Digits; null when it is not known. */
  lid: string | null;
  /** As it is to be shown. */
  name: string;
}

/** The change that saves a contact, in the phone's own address book too. @param now epoch milliseconds */
export function contactChange({ phone, lid, name }: ContactEntry, now: number): Change {
  return {
    index: indexOf(phone),
    syncAction: {
      timestamp: now,
      contactAction: {
        fullName: name,
        firstName: name.split(" ", 1)[0] ?? name,
        saveOnPrimaryAddressbook: true,
        ...(lid === null ? {} : { lidJid: lidJid(lid) }),
      },
    },
    apiVersion: CONTACT_ACTION_VERSION,
    operation: proto.SyncdMutation.SyncdOperation.SET,
  };
}

/**
 * Under which name the contact's record stands in a collection's state: the HMAC-SHA256 of its index, base64. Records
 * that were written under an earlier key of the account have another.
 */
export function contactIndexMac(phone: string, { keyData }: SyncKey): string {
  const { indexKey } = expandAppStateKeys(keyData ?? new Uint8Array(0));
  return createHmac("sha256", indexKey)
    .update(JSON.stringify(indexOf(phone)))
    .digest("base64");
}
