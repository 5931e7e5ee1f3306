/** Sessions of any size, as an import takes them: the keys of a linked device, its first contact's repeated under other names. */
import { open, seal } from "../../src/session-transfer/envelope.ts";
import { readFiles } from "../../src/session-transfer/read-session.ts";
import { writeSession } from "../../src/session-transfer/write-session.ts";
import { GatewayNumber } from "../../test/e2e/support/number.ts";
import type { Subject } from "./subject.ts";

export const PASSPHRASE = "correct horse battery staple";

export type Files = Record<string, unknown>;

/** Links a number that writes to one person. @returns the files of its session, as `useMultiFileAuthState` has them */
export async function sessionFiles({ whatsApp, api }: Subject): Promise<Files> {
  const [phone, alice] = [whatsApp.phone({ businessName: "Bench" }), whatsApp.contact()];
  const number = await GatewayNumber.create(api, "source");
  await number.isLinkedBy(phone);
  await alice.receiptFor(await alice.says("hello", { to: phone }), "delivered");
  await number.sends(alice.phone, "welcome");
  await alice.received("welcome");
  await api.ok("POST", `${number.path}/disconnect`);
  const path = `${number.path}/session?format=baileys`;
  const { body } = await api.call("GET", path, undefined, { "X-Session-Passphrase": PASSPHRASE });
  const text = await open(body.session as Parameters<typeof open>[0], PASSPHRASE);
  if (!text.ok) throw new Error(text.error.error);
  return JSON.parse(text.value) as Files;
}

/** The same with so many contacts more; each has a session of one device, two mappings, a device list and a token. */
function withContacts(files: Files, contacts: number): Files {
  const session = Object.entries(files).find(([name]) => name.startsWith("session-"))?.[1];
  const token = Object.entries(files).find(([name]) => name.startsWith("tctoken-") && !name.includes("__index"))?.[1];
  const all = { ...files };
  for (let index = 0; index < contacts; index += 1) {
    const [phone, lid] = [String(5_511_600_000_000 + index), String(180_000_000_000_000 + index)];
    all[`session-${lid}_1.0.json`] = session;
    all[`lid-mapping-${phone}.json`] = lid;
    all[`lid-mapping-${lid}_reverse.json`] = phone;
    all[`device-list-${phone}.json`] = ["0"];
    all[`tctoken-${lid}@lid.json`] = token;
  }
  return all;
}

/** Contents as texts, which is how files are read and packed. */
const asTexts = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)]));

/** How a session is given: its files as they are, packed by scripts/session-folder.ts, or as an export of ours. */
export type Form = "files" | "packed" | "export";

async function bodyOf(files: Files, form: Form): Promise<string> {
  const texts = asTexts(files);
  if (form === "files") return JSON.stringify({ files: texts });
  if (form === "packed") return JSON.stringify({ session: await seal(JSON.stringify(texts), "baileys", PASSPHRASE) });
  const read = readFiles(texts);
  if (!read.ok) throw new Error(read.error.error);
  return JSON.stringify({ session: await seal(writeSession(read.value.copy, "wasup"), "wasup", PASSPHRASE) });
}

/** The body of an import with as many contacts as fit into `size` bytes. */
export async function importBody(files: Files, size: number, form: Form) {
  const empty = (await bodyOf(files, form)).length;
  const ofContact = ((await bodyOf(withContacts(files, 1_000), form)).length - empty) / 1_000;
  const contacts = Math.floor((size - empty) / ofContact) - 2;
  return { contacts, body: await bodyOf(withContacts(files, contacts), form) };
}
