/**
 * Keeps the account's name: it comes as a setting, unless a business account told it while linking. Baileys reads settings
 * only together with the history, and when they change it holds back all sends until it has read them; it is kept out.
 */
import { errorName } from "../../errors.ts";
import type { BinaryNode } from "../baileys.ts";
import { getBinaryNodeChildren } from "../baileys.ts";
import { SessionClosedError } from "../session.ts";
import { OWN_NAME_COLLECTION } from "./own-name.ts";

interface NameWatchDeps {
  /** Asks for the name. @throws AppStateError */
  read: () => Promise<string | null>;
  /** Asks for a name that was given since; null when none was. @throws AppStateError */
  readNews: () => Promise<string | null>;
  /** The name as it is known; undefined while it is not. */
  known: () => string | undefined;
  /** Whether the phone has shared the key to its settings. */
  isReady: () => boolean;
  learned: (name: string) => void;
  warn: (text: string) => void;
}

/** Whether a notification tells that another device changed settings. */
export const isSettingsNotice = ({ attrs }: BinaryNode): boolean => attrs.type === "server_sync";

export class NameWatch {
  readonly #deps: NameWatchDeps;

  constructor(deps: NameWatchDeps) {
    this.#deps = deps;
  }

  /** The number is online, or got the key: reads the name if there is none. Never throws. */
  async look(): Promise<void> {
    const { read, known, isReady } = this.#deps;
    if (!known() && isReady()) await this.#take(read);
  }

  /** Another device changed settings. Contacts are taken over when one is to be saved; a name at once. Never throws. */
  async noticed(notice: BinaryNode): Promise<void> {
    const { readNews, isReady } = this.#deps;
    const isName = getBinaryNodeChildren(notice, "collection").some(({ attrs }) => attrs.name === OWN_NAME_COLLECTION);
    if (isName && isReady()) await this.#take(readNews);
  }

  async #take(ask: () => Promise<string | null>): Promise<void> {
    const { known, learned, warn } = this.#deps;
    try {
      const name = await ask();
      if (name !== null && name !== known()) learned(name);
    } catch (error) {
      if (error instanceof SessionClosedError) return;
      warn(`the account's name could not be read (${errorName(error)})`);
    }
  }
}
