/**
 * Saves recipients in the phone's address book before they are written to. It is a courtesy: a message waits for it a
 * moment and goes out all the same, and what cannot be saved now is tried again with a later message.
 */
import type { SavedContactsTable } from "../store/saved-contacts-table.ts";
import { AppStateError } from "../whatsapp/app-state/app-state-error.ts";
import type { WhatsAppSession } from "../whatsapp/session.ts";
import { SessionClosedError } from "../whatsapp/session.ts";

/** How long a message waits for it, milliseconds (ours): two questions to WhatsApp take some hundred. */
const PATIENCE_MS = 3_000;
/** How long nothing is tried after a failure, milliseconds (ours). */
const PAUSE_MS = 5 * 60 * 1_000;
/** … and after one that only a new snapshot of the phone can heal, which WhatsApp takes now and then. */
const LONG_PAUSE_MS = 24 * 60 * 60 * 1_000;

export interface ContactSaverDeps {
  saved: SavedContactsTable;
  session: () => WhatsAppSession | null;
  warn: (text: string) => void;
  now: () => number;
}

export class ContactSaver {
  readonly #deps: ContactSaverDeps;
  /** What messages wait for, by their ids. */
  readonly #waits = new Map<string, Promise<void>>();
  /** What is being done for each phone: the next name waits for it, to know what it made. */
  readonly #turns = new Map<string, Promise<void>>();
  #pausedUntil = 0;

  constructor(deps: ContactSaverDeps) {
    this.#deps = deps;
  }

  /**
   * Begins to save the recipient of a message; `settled` tells when it may leave. Does nothing when this name was saved,
   * or tried, before. @param phone digits @param name as it is to be shown
   */
  begin(messageId: string, phone: string, name: string): void {
    const turn = this.#turns.get(phone);
    if (turn === undefined && this.#deps.saved.get(phone)?.name === name) return;
    const saving = (turn ?? Promise.resolve()).then(() => this.#save(phone, name));
    this.#waits.set(messageId, saving);
    this.#turns.set(phone, saving);
    void saving.finally(() => {
      this.#waits.delete(messageId);
      if (this.#turns.get(phone) === saving) this.#turns.delete(phone);
    });
  }

  /** Resolves when nothing is left to wait for before this message. Never throws. */
  async settled(messageId: string): Promise<void> {
    const wait = this.#waits.get(messageId);
    if (!wait) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([wait, patience]);
    clearTimeout(timer);
  }

  async #save(phone: string, name: string): Promise<void> {
    const { saved, session, warn, now } = this.#deps;
    const open = session();
    const before = saved.get(phone);
    if (open === null || before?.name === name || now() < this.#pausedUntil) return;
    try {
      saved.set(phone, { name, record: await open.saveContact({ phone, name }, before?.record ?? null) });
    } catch (error) {
      if (error instanceof SessionClosedError) return;
      const problem = error instanceof AppStateError ? error.problem : "unanswered";
      this.#pausedUntil = now() + (problem === "unverified" ? LONG_PAUSE_MS : PAUSE_MS);
      warn(`a contact was not saved on the phone (${problem.replace("_", " ")})`);
    }
  }
}
