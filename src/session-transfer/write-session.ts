/** A stored session → the texts that are sealed for the way to somewhere else. */
import type { SessionCopy } from "../durable/rpc-session.ts";
import type { EnvelopeContent } from "./envelope.ts";
import { CREDENTIALS_FILE, fileOfKey, isKeyType } from "./key-files.ts";

/** Everything, in our own form. */
function own({ credentials, keys, deviceLists }: SessionCopy): object {
  const byType: Record<string, Record<string, unknown>> = {};
  for (const { type, id, value } of keys) {
    byType[type] ??= {};
    byType[type][id] = JSON.parse(value);
  }
  const lists = deviceLists.map(({ user, devices, fetchedAt }) => [user, { devices: JSON.parse(devices), fetchedAt }]);
  return { credentials: JSON.parse(credentials), keys: byType, deviceLists: Object.fromEntries(lists) };
}

/** The files of a multi-file auth state: name → what stands in it, as JSON. */
function files({ credentials, keys }: SessionCopy): object {
  const ofKeys = keys
    .filter(({ type }) => isKeyType(type))
    .map(({ type, id, value }) => [fileOfKey(type, id), JSON.parse(value)] as const);
  return { [CREDENTIALS_FILE]: JSON.parse(credentials), ...Object.fromEntries(ofKeys) };
}

export function writeSession(copy: SessionCopy, content: EnvelopeContent): string {
  return JSON.stringify(content === "wasup" ? own(copy) : files(copy));
}
