/**
 * The phone's contacts, as far as this device writes them. A person's own entry is never touched: what was not saved
 * here, or was changed or removed on the phone since, stays as it is.
 */
import { AppStateError } from "./app-state-error.ts";
import type { Collection, SyncKey } from "./collection.ts";
import { type ContactEntry, contactChange, contactIndexMac } from "./contact-record.ts";

/** Another device may be faster; after so many tries in a row something else is wrong (ours). */
const TRIES = 3;

export interface AddressBookDeps {
  /** `critical_unblock_low`. */
  contacts: Collection;
  /** The key that new records are written with; undefined until the phone shared one. */
  key: () => Promise<SyncKey | undefined>;
  now: () => number;
}

export class AddressBook {
  readonly #deps: AddressBookDeps;
  /** One change at a time: each stands on the state behind the one before. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: AddressBookDeps) {
    this.#deps = deps;
  }

  /**
   * @param mine what an earlier call gave for this contact; null when none did
   * @returns names the record that was written; null when the entry is a person's own and was left alone
   * @throws AppStateError
   */
  save(contact: ContactEntry, mine: string | null): Promise<string | null> {
    const saved = this.#turn.then(() => this.#save(contact, mine));
    this.#turn = saved.catch(() => undefined);
    return saved;
  }

  async #save(contact: ContactEntry, mine: string | null): Promise<string | null> {
    const { contacts, now } = this.#deps;
    for (let tries = 1; ; tries += 1) {
      await contacts.pull();
      if ((await this.#record(contact.phone)) !== mine) return null;
      try {
        await contacts.push(contactChange(contact, now()));
        return await this.#record(contact.phone);
      } catch (error) {
        const isLate = error instanceof AppStateError && error.problem === "conflict";
        if (!isLate || tries === TRIES) throw error;
      }
    }
  }

  /** The MAC of the contact's record, base64: it differs after every change. Null when there is none. */
  async #record(phone: string): Promise<string | null> {
    const key = await this.#deps.key();
    if (!key) throw new AppStateError("not_ready");
    const record = this.#deps.contacts.state.indexValueMap[contactIndexMac(phone, key)];
    return record ? Buffer.from(record.valueMac).toString("base64") : null;
  }
}
