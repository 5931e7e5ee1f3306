/**
 * A person takes a chat over, and gives it back. While a chat is handed over, webhooks still get its messages (marked),
 * but what they answer is not sent. Everything is a row, so a restart changes nothing.
 */
import type { HandoffChat, HandoffSettings } from "../durable/rpc-safety.ts";
import type { NewEvent } from "../events/record.ts";
import type { NewMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import { isGroup } from "../whatsapp/identity.ts";
import { saysSomething, startsWithKeyword } from "./keywords.ts";

const SETTINGS = "handoff";
/** The contract's defaults. */
const DEFAULTS: HandoffSettings = {
  resumeKeywords: ["#ai", "#assistant", "#bot", "#resume"],
  resumeMessage: "",
  autoHandoff: false,
};

type By = "api" | "phone" | "keyword";

export interface HandoffDeps {
  store: Store;
  transaction: (work: () => void) => void;
  instanceId: () => string;
  record: (event: NewEvent) => void;
  /** Queues a text to a chat. */
  say: (chatId: string, text: string) => void;
  now: () => number;
}

export class Handoff {
  readonly #deps: HandoffDeps;

  constructor(deps: HandoffDeps) {
    this.#deps = deps;
  }

  get settings(): HandoffSettings {
    return { ...DEFAULTS, ...this.#deps.store.preferences.load<Partial<HandoffSettings>>(SETTINGS) };
  }

  changeSettings(change: Partial<HandoffSettings>): HandoffSettings {
    const settings = { ...this.settings, ...change };
    this.#deps.store.preferences.save(SETTINGS, settings);
    return settings;
  }

  chats(): HandoffChat[] {
    return this.#deps.store.chats.handoffs
      .all()
      .map(({ chatId, since }) => ({ chatId, since: new Date(since).toISOString() }));
  }

  /** Hands a chat over or takes it back. @returns false when it was so already */
  set(chatId: string, active: boolean, by: By = "api"): boolean {
    const { store, transaction, record, instanceId, now } = this.#deps;
    let changed = false;
    transaction(() => {
      changed = active ? store.chats.handoffs.add(chatId, now()) : store.chats.handoffs.remove(chatId);
      if (!changed) return;
      record({ type: "handoff", chatId, payload: { instance_id: instanceId(), chat_id: chatId, active, by } });
      store.logs.add(
        "info",
        active ? `A chat was handed to a person (${by})` : `A chat was handed back (${by})`,
        now(),
      );
    });
    return changed;
  }

  /** Takes every chat back. @returns how many */
  clear(): number {
    return this.chats().filter(({ chatId }) => this.set(chatId, false)).length;
  }

  /** A message was typed on the linked phone; runs in the transaction that stores it. */
  typed({ chatId, text, type }: Pick<NewMessage, "chatId" | "text" | "type">): void {
    const { store, say } = this.#deps;
    const { resumeKeywords, resumeMessage, autoHandoff } = this.settings;
    const active = store.chats.handoffs.has(chatId);
    if (startsWithKeyword(text, resumeKeywords)) {
      if (active && this.set(chatId, false, "keyword") && resumeMessage.trim() !== "") say(chatId, resumeMessage);
      return;
    }
    if (autoHandoff && !active && !isGroup(chatId) && saysSomething(type)) this.set(chatId, true, "phone");
  }
}
