/**
 * File names of Baileys' multi-file auth state (`useMultiFileAuthState`): `<type>-<id>.json`, in which `/` became `__` and
 * `:` became `-`. The way back is only known by the type.
 */

/** The file of the credentials. */
export const CREDENTIALS_FILE = "creds.json";

/** Key types of Baileys 7; a longer name stands before the one it begins with. */
export const KEY_TYPES = [
  "sender-key-memory",
  "sender-key",
  "pre-key",
  "session",
  "app-state-sync-key",
  "app-state-sync-version",
  "lid-mapping",
  "device-list",
  "identity-key",
  "tctoken",
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export const isKeyType = (type: string): type is KeyType => KEY_TYPES.some((known) => known === type);

/** `<group>::<user>::<device>`, whose colons became dashes; group ids of old groups have one dash of their own. */
const SENDER_KEY_FILE = /^(.+@g\.us|status@broadcast)--([^@]+)--(\d+)$/;

export function fileOfKey(type: string, id: string): string {
  return `${type}-${id}.json`.replaceAll("/", "__").replaceAll(":", "-");
}

/** Which key a file holds; null for a file of something else. */
export function keyOfFile(file: string): { type: KeyType; id: string } | null {
  const name = file.replace(/\.json$/, "");
  const type = KEY_TYPES.find((known) => name.startsWith(`${known}-`));
  if (type === undefined) return null;
  const id = name.slice(type.length + 1);
  if (id === "") return null;
  // Ids of app-state keys are base64, which knows `/` and not `_`.
  if (type === "app-state-sync-key") return { type, id: id.replaceAll("__", "/") };
  if (type === "sender-key") return { type, id: id.replace(SENDER_KEY_FILE, "$1::$2::$3") };
  return { type, id };
}
