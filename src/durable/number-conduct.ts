/**
 * How one number behaves towards people: the safety guard, read receipts, typing, presence, handoff and opt-outs, wired
 * to its store and its session.
 */
import { errorName } from "../errors.ts";
import type { NewEvent } from "../events/record.ts";
import type { Admission } from "../guard/admission.ts";
import { circadianOf } from "../guard/facts.ts";
import { SafetyGuard } from "../guard/safety-guard.ts";
import { type SafetyViews, safetyViews } from "../guard/safety-views.ts";
import { Handoff } from "../handoff/handoff.ts";
import { isKeyword, saysSomething } from "../handoff/keywords.ts";
import { behaviorOf } from "../number-safety/behavior.ts";
import { readDueAt } from "../number-safety/reading.ts";
import { SECOND_MS } from "../number-safety/verdict.ts";
import type { Connection, InstanceState } from "../store/instance-table.ts";
import type { NewMessage, QueuedMessage } from "../store/messages-table.ts";
import type { Store } from "../store/store.ts";
import { isGroup, isNewsletter, phoneJid } from "../whatsapp/identity.ts";
import { type Restrictions, SessionClosedError, type WhatsAppSession } from "../whatsapp/session.ts";
import { Appearance } from "./appearance.ts";
import { Reader } from "./reader.ts";
import type { SafetyConfigChange } from "./rpc-safety.ts";

/** After a lock was announced WhatsApp is asked about it once in so long (ours), milliseconds. */
const ASK_AGAIN_MS = 60 * SECOND_MS;

interface ConductDeps {
  store: Store;
  transaction: (work: () => void) => void;
  state: () => InstanceState | null;
  /** Null unless the number is online. */
  session: () => WhatsAppSession | null;
  record: (event: NewEvent) => void;
  /** One attempt to POST JSON. @returns what went wrong, or null */
  post: (url: string, body: string) => Promise<{ error: string | null }>;
  /** Asks for the `risk` wake-up. */
  wakeAt: (dueAt: number) => void;
  /** Queues a text to a chat. */
  say: (chatId: string, text: string) => void;
  /** Messages that were held back may leave. */
  pump: () => void;
  warn: (text: string) => void;
  now: () => number;
  random: () => number;
}

export class NumberConduct {
  readonly guard: SafetyGuard;
  readonly handoff: Handoff;
  readonly views: SafetyViews;
  readonly #deps: ConductDeps;
  readonly #reader: Reader;
  readonly #appearance: Appearance;
  /** Messages for which typing is shown. */
  readonly #typed = new Set<string>();
  #asking: Promise<void> | null = null;
  #askedAt = 0;

  constructor(deps: ConductDeps) {
    this.#deps = deps;
    this.#reader = new Reader(deps);
    this.#appearance = new Appearance({
      marksOnline: () => this.#behavior.markOnline,
      isStealthy: () => this.guard.config.enabled && this.guard.config.modules.stealthConnect.enabled,
      factor: () => this.#factor,
      announce: (available) => this.#quietly("presence was not announced", (session) => session.presence(available)),
      now: deps.now,
      random: deps.random,
    });
    const instanceId = (): string => deps.state()?.profile.instanceId ?? "";
    this.handoff = new Handoff({ ...deps, instanceId });
    this.guard = new SafetyGuard({
      ...deps,
      instance: () => {
        const state = deps.state();
        return {
          instanceId: instanceId(),
          name: state?.profile.name ?? "",
          behaviorSettings: state?.profile.behaviorSettings ?? {},
          antiBanSettings: state?.profile.antiBanSettings ?? {},
          connectedAt: state?.connection.connectedAt ?? null,
        };
      },
      askRestrictions: () => void this.ask(),
      onResumed: deps.pump,
      onAway: (until) => this.#appearance.away(until),
    });
    this.views = safetyViews(this.guard, deps.store, () => deps.session() !== null, deps.now);
  }

  /** Whether a session shows itself online as soon as it is connected. */
  get marksOnline(): boolean {
    return this.#appearance.atOnce;
  }

  /** A session is open. */
  online(): void {
    this.guard.connected(this.#deps.state()?.connection.phone ?? null);
    this.#typed.clear();
    this.#reader.pump();
    this.#appearance.connected();
  }

  /** The rules were changed. */
  configure(change: SafetyConfigChange): void {
    const before = this.#appearance.atOnce;
    this.guard.configure(change);
    if (this.#appearance.atOnce !== before) this.#appearance.changed();
  }

  /** The behaviour was changed. */
  changed(): void {
    if (!this.#behavior.markRead) this.#deps.store.chats.clearUnread();
    this.#appearance.changed();
  }

  /** The canonical id of a chat named by digits or a JID. */
  chatIdOf(chat: string): string {
    const { contacts } = this.#deps.store;
    return contacts.chatIdNow(chat.includes("@") ? chat : phoneJid(contacts.knownAs(chat)));
  }

  /** Takes one chat, or all, off the do-not-contact list. @returns how many */
  removeOptOuts(chat: string | null): number {
    const { optOuts } = this.#deps.store.chats;
    const chats = chat === null ? optOuts.all().map(({ chatId }) => chatId) : [this.chatIdOf(chat)];
    return chats.filter((chatId) => optOuts.remove(chatId)).length;
  }

  /** A connection was stored; one that ended by itself may be a sign of risk. */
  lost(before: Connection, after: Connection): void {
    const { lastDisconnect } = after;
    if (!before.linked || !lastDisconnect || lastDisconnect === before.lastDisconnect) return;
    this.guard.disconnected(lastDisconnect.reason);
  }

  /** The `risk` wake-up. Not awaited: an alert's receiver may be slow, and what is lost with the object is due again. */
  watch(): void {
    this.guard.watch.run().catch(() => this.#deps.warn("the risk could not be watched"));
  }

  /** The number is removed. */
  stop(): void {
    this.#appearance.stop();
    this.#reader.stop();
  }

  /** A message was stored, in the running transaction. */
  stored(message: NewMessage): void {
    const { store, now, random } = this.#deps;
    const { chatId } = message;
    if (message.direction === "outbound") {
      this.handoff.typed(message);
      if (isGroup(chatId)) store.chats.settled(chatId);
      return;
    }
    if (isNewsletter(chatId)) return;
    store.chats.wrote(chatId, now());
    if (!isGroup(chatId)) this.#optOut(message);
    const dueAt = readDueAt(this.#behavior, this.#factor, now(), random);
    if (dueAt === "never") return;
    const { id, address, participant } = message;
    store.chats.addUnread({ messageId: id, chatId, address, participant }, dueAt);
  }

  /** To be called after the transaction of `stored`. */
  read(): void {
    this.#reader.pump();
  }

  /** The last look before a message leaves. */
  admit(message: QueuedMessage): Admission {
    if (message.transmitted) return this.guard.admitAgain();
    const { id, chatId, address } = message;
    const admission: Admission = this.#isTakenOver(message)
      ? { kind: "refuse", reason: "A person has taken the chat over" }
      : this.guard.admit(id, chatId, isGroup(chatId));
    if (admission.kind !== "go" && this.#typed.delete(id)) {
      void this.#quietly("typing was not ended", (session) => session.typing(address, false));
    }
    return admission;
  }

  /** WhatsApp told by itself what it restricts. */
  restricted(restrictions: Restrictions): void {
    this.guard.restricted(restrictions);
    // Baileys makes up an end when WhatsApp names none; the answer to a question does not. What it emits for that
    // answer comes back here.
    if (restrictions.lock?.isActive && this.#deps.now() - this.#askedAt > ASK_AGAIN_MS) void this.ask();
  }

  /** The chat is read, then somebody types; unless the message may not leave, or the profile has come to forbid it. */
  async showTyping(message: QueuedMessage): Promise<void> {
    const { id, chatId, address } = message;
    const { profile, markRead } = this.#behavior;
    if (profile === "notification-max" || this.#isTakenOver(message)) return;
    if (this.guard.isStopped(chatId, isGroup(chatId))) return;
    this.#typed.add(id);
    await this.#appearance.attend();
    await this.#quietly("typing was not shown", async (session) => {
      if (markRead) await this.#reader.readNow(chatId);
      if (this.#typed.has(id)) await session.typing(address, true);
    });
  }

  /** The chat is read and nobody types any more. */
  async endTyping({ id, chatId, address }: QueuedMessage): Promise<void> {
    await this.#appearance.attend();
    await this.#quietly("typing was not ended", async (session) => {
      if (this.#behavior.markRead) await this.#reader.readNow(chatId);
      if (this.#typed.delete(id)) await session.typing(address, false);
    });
  }

  /** A webhook's reply to a chat that a person has. */
  #isTakenOver({ isReply, chatId }: QueuedMessage): boolean {
    return isReply && this.#deps.store.chats.handoffs.has(chatId);
  }

  get #behavior() {
    return behaviorOf(this.#deps.state()?.profile.behaviorSettings ?? {});
  }

  /** The factor of the time of day; null while the module `presence` is off. */
  get #factor(): number | null {
    const { config } = this.guard;
    return config.enabled && config.modules.presence.enabled ? circadianOf({ config }, this.#deps.now()) : null;
  }

  #optOut({ chatId, text, type }: NewMessage): void {
    const { store, now } = this.#deps;
    if (isKeyword(text, this.guard.config.optOutKeywords)) {
      if (store.chats.optOuts.add(chatId, now())) store.logs.add("info", "Somebody asked not to be contacted", now());
    } else if (saysSomething(type) && store.chats.optOuts.remove(chatId)) {
      store.logs.add("info", "Somebody who had asked not to be contacted wrote again", now());
    }
  }

  /** Asks WhatsApp what it restricts; one question at a time, because it sees each. Whoever asks meanwhile waits too. */
  ask(): Promise<void> {
    this.#askedAt = this.#deps.now();
    this.#asking ??= this.#quietly("WhatsApp did not say what it restricts", async (session) => {
      this.guard.restricted(await session.restrictions());
    }).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** Nothing of this is worth failing a message for. */
  async #quietly(what: string, work: (session: WhatsAppSession) => Promise<void>): Promise<void> {
    const session = this.#deps.session();
    if (!session) return;
    try {
      await work(session);
    } catch (error) {
      if (error instanceof SessionClosedError) return;
      this.#deps.warn(`${what} (${errorName(error)})`);
    }
  }
}
