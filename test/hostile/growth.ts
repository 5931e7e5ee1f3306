/** How much storage accepted calls may take; a refused one may take none, but for its line in the audit log. */

import { DIRECTORY_MIGRATIONS } from "../../src/directory/migrations.ts";
import { INSTANCE_MIGRATIONS } from "../../src/store/instance-migrations.ts";

/** What was accepted: calls by operation id, and what else leaves rows. */
export interface Accepted {
  calls: ReadonlyMap<string, number>;
  /** Accepted calls with an `Idempotency-Key`. */
  keyed: number;
  /** Management calls of known callers, refused ones too: what the audit log is for. */
  audited: number;
  /** Organisations in whose name the administrator had something accepted for the first time. */
  organisations: number;
  /** Organisations other than the default one in which an instance was created. */
  peopled: number;
}

const SENDING = ["sendMessage", "sendMessageFromAny", "reactToMessage", "reactFromAny", "editMessage", "deleteMessage"];
const CONNECTING = [
  "connectInstance",
  "pairInstance",
  "onboard",
  "disconnectInstance",
  "clearAuth",
  "deleteInstance",
  "importSession",
];
const SETTING = ["setHandoffSettings", "setBehavior", "setAntiBan", "setSafetyConfig", "updateInstance", "setWebhook"];
const SAFETY = ["pauseSafety", "resumeSafety", "resetSafety", "setSafetyConfig"];
const PROFILE = ["setProfileName", "setProfileStatus", "setProfilePicture", "removeProfilePicture"];

/** Rows by table, and `files` in the bucket, that these calls may have added, all objects together. */
export function mostGrown({ calls, keyed, audited, organisations, peopled }: Accepted): Record<string, number> {
  const count = (...ids: readonly string[]): number => ids.reduce((sum, id) => sum + (calls.get(id) ?? 0), 0);
  const instances = count("createInstance", "onboard");
  const sends = count(...SENDING);
  // Each of these is told in a few events and lines of the log.
  const told =
    10 * (instances + sends + count(...CONNECTING, ...SETTING, ...SAFETY, ...PROFILE)) +
    count("setHandoff", "clearHandoffs", "replayWebhook", "testWebhook", "retryWebhookDelivery", "reloadBehavior");
  return {
    instances,
    instance: instances,
    webhook: instances,
    safety: 2 + instances + count(...SAFETY),
    onboarded: count("onboard"),
    log_ends: count("deleteInstance"),
    // A row for each step of a new object's tables; the list of organisations is an object of its own.
    migrations: INSTANCE_MIGRATIONS.length * instances + DIRECTORY_MIGRATIONS.length * (1 + organisations),
    organisations: peopled,
    registration: peopled,
    keys: count("createKey"),
    audit: audited,
    idempotent_calls: keyed,
    credentials: count("connectInstance", "pairInstance", "onboard", "importSession"),
    // One for each of a number's counters that begins to count.
    counters: Math.min(told, 20 * (2 + instances)),
    signal_keys: 10 * (sends + count("lookUpNumber", "setProfileName")),
    device_lists: sends,
    // One for each of the two collections of an account's settings that a number takes over.
    app_states: Math.min(2 * (2 + instances), sends + count("setProfileName", "connectInstance", "pairInstance")),
    saved_contacts: sends,
    contacts: sends + count("lookUpNumber"),
    messages: sends,
    sends,
    media: sends,
    events: told,
    deliveries: told,
    logs: told,
    handoffs: count("setHandoff"),
    preferences: count("setHandoffSettings") + count("setHandoff"),
    risk_events: told,
    alerts: told,
    wakeups: 12 * (2 + instances),
    files: count("uploadFile") + sends,
  };
}

/** What grew more than it may have, as sentences. */
export function overgrown(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  most: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(after).flatMap(([table, count]) => {
    const grown = count - (before[table] ?? 0);
    const allowed = most[table] ?? 0;
    return grown > allowed ? [`${table} grew by ${grown}, accepted were ${allowed}`] : [];
  });
}
