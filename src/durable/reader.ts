/** Marks what came in as read, when the behaviour of the number wants it, and before anything is answered. */

import { errorName } from "../errors.ts";
import type { Unread } from "../store/chats-table.ts";
import type { Store } from "../store/store.ts";
import { SessionClosedError, type WhatsAppSession } from "../whatsapp/session.ts";

interface ReaderDeps {
  store: Store;
  /** Null unless the number is online. */
  session: () => WhatsAppSession | null;
  warn: (text: string) => void;
  now: () => number;
}

export class Reader {
  readonly #deps: ReaderDeps;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reading = false;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  /** Reads what is due and comes back for the rest. Returns at once; does nothing without a connection. */
  pump(): void {
    const { session, store, now } = this.#deps;
    if (this.#reading || session() === null) return;
    const due = store.chats.dueUnread(now());
    if (due.length > 0) {
      this.#reading = true;
      void this.#read(due).then((done) => {
        this.#reading = false;
        if (done) this.pump();
      });
      return;
    }
    clearTimeout(this.#timer);
    const next = store.chats.nextUnreadAt();
    if (next !== null) this.#timer = setTimeout(() => this.pump(), Math.max(1, next - now()));
  }

  /** Reads a chat before something is typed into it. */
  async readNow(chatId: string): Promise<void> {
    const unread = this.#deps.store.chats.unreadOf(chatId);
    if (unread.length > 0) await this.#read(unread);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** @returns false when the connection is gone: what is unread stays so until the next one */
  async #read(unread: Unread[]): Promise<boolean> {
    const { session, store, warn } = this.#deps;
    try {
      await session()?.markRead(
        unread.map(({ messageId, address, participant }) => ({
          messageId,
          chatJid: address,
          participantJid: participant,
        })),
      );
    } catch (error) {
      if (error instanceof SessionClosedError) return false;
      warn(`messages were not marked as read (${errorName(error)})`);
    }
    store.chats.dropUnread(unread.map(({ messageId }) => messageId));
    return true;
  }
}
