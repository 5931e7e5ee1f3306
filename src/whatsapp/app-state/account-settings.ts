/** The account's synchronised settings over a Baileys socket: its name, and the contacts of its phone. */
import type { AuthenticationCreds, proto, WAPatchName, WASocket } from "../baileys.ts";
import type { ContactToSave, ExternalBlob } from "../session.ts";
import { AddressBook } from "./address-book.ts";
import { Collection, type CollectionDeps, type SyncKey } from "./collection.ts";
import { NameWatch } from "./name-watch.ts";
import { newOwnName, OWN_NAME_COLLECTION, ownNameChange, readOwnName } from "./own-name.ts";
import { stateStore } from "./state-store.ts";

interface AccountSettingsDeps {
  sql: SqlStorage;
  /** Whose `me` and credentials these are; a name that is learned is told as Baileys tells of it. */
  socket: WASocket;
  creds: AuthenticationCreds;
  query: CollectionDeps["query"];
  download: (blob: ExternalBlob) => Promise<Uint8Array>;
  /** Digits; null when WhatsApp does not tell. */
  lidOf: (phone: string) => Promise<string | null>;
  warn: (text: string) => void;
  now: () => number;
}

const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString("base64");

function located(blob: proto.IExternalBlobReference): ExternalBlob {
  const { directPath, mediaKey, fileSha256, fileEncSha256, fileSizeBytes } = blob;
  return {
    directPath: directPath ?? "",
    mediaKey: base64(mediaKey),
    fileSha256: base64(fileSha256),
    fileEncSha256: base64(fileEncSha256),
    size: Number(fileSizeBytes ?? 0),
  };
}

/** Its own methods throw AppStateError when it cannot be done now, and what `query` throws. */
export class AccountSettings {
  readonly name: NameWatch;
  readonly #contacts: AddressBook;
  readonly #settings: Collection;
  readonly #lidOf: AccountSettingsDeps["lidOf"];
  readonly #now: () => number;

  constructor({ sql, socket, creds, query, download, lidOf, warn, now }: AccountSettingsDeps) {
    const findKey = async (id: string): Promise<SyncKey | undefined> =>
      (await socket.authState.keys.get("app-state-sync-key", [id]))[id];
    const ownKeyId = () => creds.myAppStateKeyId;
    const states = stateStore(sql);
    const collection = (name: WAPatchName) =>
      new Collection(name, { states, query, findKey, ownKeyId, download: (blob) => download(located(blob)) });
    this.#contacts = new AddressBook({
      contacts: collection("critical_unblock_low"),
      key: async () => (creds.myAppStateKeyId === undefined ? undefined : findKey(creds.myAppStateKeyId)),
      now,
    });
    this.#settings = collection(OWN_NAME_COLLECTION);
    this.name = new NameWatch({
      read: () => readOwnName(this.#settings),
      readNews: () => newOwnName(this.#settings),
      known: () => creds.me?.name,
      isReady: () => creds.myAppStateKeyId !== undefined,
      learned: (name) => {
        if (creds.me) socket.ev.emit("creds.update", { me: { ...creds.me, name } });
      },
      warn,
    });
    this.#lidOf = lidOf;
    this.#now = now;
  }

  /** @see WhatsAppSession.saveContact */
  async saveContact({ phone, name }: ContactToSave, mine: string | null): Promise<string | null> {
    return this.#contacts.save({ phone, name, lid: await this.#lidOf(phone) }, mine);
  }

  async setName(name: string): Promise<void> {
    await this.#settings.pull();
    await this.#settings.push(ownNameChange(name, this.#now()));
  }
}
