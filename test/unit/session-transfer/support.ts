/** A linked session as the files of Baileys' multi-file auth state, small but with every kind of key. */
import { randomBytes } from "node:crypto";
import type { Result } from "../../../src/errors.ts";

/** The value of a call that must not be refused. */
export function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

export const bytes = (size: number) => ({ type: "Buffer", data: randomBytes(size).toString("base64") });
const pair = () => ({ private: bytes(32), public: bytes(32) });

export const credentials = () => ({
  noiseKey: pair(),
  pairingEphemeralKeyPair: pair(),
  signedIdentityKey: pair(),
  signedPreKey: { keyPair: pair(), signature: bytes(64), keyId: 1 },
  registrationId: 117,
  advSecretKey: randomBytes(32).toString("base64"),
  processedHistoryMessages: [],
  nextPreKeyId: 31,
  firstUnuploadedPreKeyId: 31,
  accountSyncCounter: 1,
  accountSettings: { unarchiveChats: false },
  registered: false,
  me: { id: "447393002183:4@s.whatsapp.net", lid: "98765:4@lid", name: "Clinic" },
  account: {
    details: randomBytes(20).toString("base64"),
    accountSignatureKey: randomBytes(32).toString("base64"),
    accountSignature: randomBytes(64).toString("base64"),
    deviceSignature: randomBytes(64).toString("base64"),
  },
  somethingNew: { kept: true },
});

/** One of each type: its key, its file, its content. */
export const KEYS = [
  { type: "pre-key", id: "7", file: "pre-key-7.json", value: pair() },
  {
    type: "session",
    id: "98765_1.0",
    file: "session-98765_1.0.json",
    value: { _sessions: { BQ: { registrationId: 5 } }, version: "v1" },
  },
  {
    type: "sender-key",
    id: "120363@g.us::98765_1::0",
    file: "sender-key-120363@g.us--98765_1--0.json",
    value: { type: "Buffer", data: Buffer.from("[]").toString("base64") },
  },
  {
    type: "sender-key",
    id: "44739-15300@g.us::447393002183::4",
    file: "sender-key-44739-15300@g.us--447393002183--4.json",
    value: { type: "Buffer", data: Buffer.from("[]").toString("base64") },
  },
  {
    type: "sender-key-memory",
    id: "120363@g.us",
    file: "sender-key-memory-120363@g.us.json",
    value: { "98765@lid": true },
  },
  {
    type: "app-state-sync-key",
    id: "AAAAAM/+",
    file: "app-state-sync-key-AAAAAM__+.json",
    value: { keyData: randomBytes(32).toString("base64"), timestamp: "1" },
  },
  {
    type: "app-state-sync-version",
    id: "critical_block",
    file: "app-state-sync-version-critical_block.json",
    value: { version: 3, hash: bytes(128), indexValueMap: { abc: { valueMac: bytes(32) } } },
  },
  { type: "lid-mapping", id: "447393002183", file: "lid-mapping-447393002183.json", value: "98765" },
  { type: "lid-mapping", id: "98765_reverse", file: "lid-mapping-98765_reverse.json", value: "447393002183" },
  { type: "device-list", id: "98765", file: "device-list-98765.json", value: ["0", "4"] },
  {
    type: "tctoken",
    id: "98765@lid",
    file: "tctoken-98765@lid.json",
    value: { token: bytes(12), timestamp: "1700000000" },
  },
  { type: "tctoken", id: "__index", file: "tctoken-__index.json", value: { token: bytes(2) } },
  { type: "identity-key", id: "98765_1.0", file: "identity-key-98765_1.0.json", value: bytes(33) },
] as const;

/** What a folder holds: name → the text of the file; `undefined` among the changes takes a file away. */
export function folder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const keys = KEYS.map(({ file, value }) => [file, JSON.stringify(value)]);
  const all = { "creds.json": JSON.stringify(credentials()), ...Object.fromEntries(keys), ...changes };
  return Object.fromEntries(Object.entries(all).filter(([, content]) => content !== undefined));
}
