/**
 * One number: its stored state and the engines that work on it, wired together. Nothing here decides; it connects the
 * store, the connection keeper, the way in, the way out and the deliveries to each other and to the object's storage,
 * alarm and clock.
 */
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers";
import { ConnectionKeeper } from "../connection/connection-keeper.ts";
import { apiStatus, NEVER_CONNECTED } from "../connection/connection-state.ts";
import type { Env } from "../env.ts";
import { connectionPayload, linkPayload } from "../events/payload.ts";
import type { SlotRequest } from "../guard/facts.ts";
import { describeError } from "../log.ts";
import { ProfileKeeper } from "../profile/profile-keeper.ts";
import { ContactSaver } from "../sending/contact-saver.ts";
import { messageIdOf } from "../sending/message-id.ts";
import { Outbox } from "../sending/outbox.ts";
import { queueText, replyText, type SendingDeps } from "../sending/send-message.ts";
import { INSTANCE_MIGRATIONS } from "../store/instance-migrations.ts";
import type { Connection, InstanceState } from "../store/instance-table.ts";
import type { NewMessage } from "../store/messages-table.ts";
import { migrate } from "../store/migrate.ts";
import { openStore, type Store } from "../store/store.ts";
import { openSession } from "../whatsapp/open-session.ts";
import type { OpenSession } from "../whatsapp/session.ts";
import { USUAL_VERSION } from "../whatsapp/socket-config.ts";
import { alarmHandlers } from "./alarm-handlers.ts";
import { changedProfile, pendingProfileOf } from "./changed-profile.ts";
import { DirectoryLink } from "./directory-link.ts";
import { logEvent } from "./instance-log.ts";
import { NumberConduct } from "./number-conduct.ts";
import { NumberEvents } from "./number-events.ts";
import { NumberHistory } from "./number-history.ts";
import { NumberMedia } from "./number-media.ts";
import { NumberTraffic } from "./number-traffic.ts";
import { NumberUpkeep } from "./number-upkeep.ts";
import { removeInstance } from "./remove-instance.ts";
import type { CreateInstance, PendingProfile, UpdateInstance } from "./rpc.ts";
import { SessionTransfer } from "./session-transfer.ts";
import { endpointOf, reconnectJitterMsOf, targetPolicyOf } from "./settings-of.ts";
import { directoryStub } from "./stubs.ts";
import { Wakeups } from "./wakeups.ts";

const now = (): number => Date.now();

export class WhatsAppNumber {
  readonly store: Store;
  readonly keeper: ConnectionKeeper;
  readonly profile: ProfileKeeper;
  readonly events: NumberEvents;
  readonly conduct: NumberConduct;
  readonly media: NumberMedia;
  readonly session: SessionTransfer;
  readonly upkeep: NumberUpkeep;
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #wakeups: Wakeups;
  readonly #contacts: ContactSaver;
  readonly #outbox: Outbox;
  readonly #directory: DirectoryLink;
  readonly #traffic: NumberTraffic;
  readonly #history: NumberHistory;
  #state: InstanceState | null = null;
  #removal: Promise<void> | null = null;

  /** @param open how a session is opened; a test gives its own */
  constructor(ctx: DurableObjectState, env: Env, open: OpenSession = openSession) {
    this.#ctx = ctx;
    this.#env = env;
    this.store = openStore(ctx.storage.sql);
    this.#wakeups = new Wakeups(ctx.storage, (name, error) => this.#report(`the wake-up ${name} failed`, error));
    this.#directory = new DirectoryLink({
      store: this.store,
      directory: (orgId) => directoryStub(env, orgId),
      wakeAt: (dueAt) => this.#wakeups.setNoLaterThan("directory", dueAt),
      now,
    });
    this.conduct = new NumberConduct({
      store: this.store,
      transaction: (work) => this.#transaction(work),
      state: () => this.#state,
      session: () => this.keeper.online,
      record: (event) => this.events.record(event),
      post: (url, body) => this.events.postTo(url, body),
      wakeAt: (dueAt) => this.#wakeups.setNoLaterThan("risk", dueAt),
      say: (chatId, text) => {
        if (queueText(chatId, text, this.sending) !== null) setImmediate(() => this.#outbox.pump());
      },
      pump: () => this.#outbox.pump(),
      warn: (text) => this.#warn(text),
      now,
      random: Math.random,
    });
    this.#contacts = new ContactSaver({
      saved: this.store.savedContacts,
      session: () => this.keeper.online,
      warn: (text) => this.#warn(text),
      now,
    });
    this.#outbox = new Outbox({
      store: this.store,
      transaction: (work) => this.#transaction(work),
      instanceId: () => this.#instanceId,
      hasWebhook: () => this.events.hasWebhook,
      transmit: () => this.keeper.transmitter(),
      admit: (message) => this.conduct.admit(message),
      onTransmitted: (id) => this.conduct.guard.transmitted(id),
      onRefused: (code, chatId) => this.conduct.guard.refused(code, chatId),
      showTyping: (message) => this.conduct.showTyping(message),
      beforeIt: async (message) => {
        await this.#contacts.settled(message.id);
        await this.conduct.endTyping(message);
      },
      yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
      warn: (text) => this.#warn(text),
      now,
    });
    this.media = new NumberMedia({
      ctx,
      env,
      store: this.store,
      transaction: (work) => this.#transaction(work),
      state: () => this.#state,
      session: () => this.keeper.online,
      events: () => this.events,
      wakeAt: (name, dueAt) => this.#wakeups.setNoLaterThan(name, dueAt),
      now,
    });
    this.#history = new NumberHistory({
      ctx,
      env,
      store: this.store,
      transaction: (work) => this.#transaction(work),
      state: () => this.#state,
      session: () => this.keeper.online,
      newFile: () => this.media.newFile("history"),
      limits: () => this.media.limits,
      wakeAt: (dueAt) => this.#wakeups.setNoLaterThan("history", dueAt),
      warn: (text) => this.#warn(text),
      now,
    });
    this.events = new NumberEvents({
      env,
      store: this.store,
      transaction: (work) => this.#transaction(work),
      state: () => this.#state,
      setWebhookUrl: (webhookUrl) => this.update({ webhookUrl }),
      queueReply: (event, text) => replyText(event, text, this.sending),
      sendReplies: () => this.#outbox.pump(),
      wakeAt: (name, dueAt) => this.#wakeups.setNoLaterThan(name, dueAt),
      onError: (text, error) => this.#report(text, error),
      now,
    });
    this.keeper = new ConnectionKeeper({
      storage: ctx.storage,
      openSession: open,
      endpoint: () => endpointOf(env),
      usualVersion: USUAL_VERSION,
      load: () => this.#state?.connection ?? NEVER_CONNECTED,
      save: (connection) => this.#saveConnection(connection),
      onTraffic: (event) => this.#traffic.handle(event),
      onLinkMaterial: ({ qr }) =>
        this.events.record({
          type: "qr",
          chatId: null,
          payload: linkPayload(this.#instanceId, qr === null ? "code" : "qr"),
        }),
      onOnline: () => {
        this.conduct.online();
        this.#outbox.opened();
        this.profile.changed();
        this.#history.pump();
      },
      markOnline: () => this.conduct.marksOnline,
      log: (level, message) => this.store.logs.add(level, message, now()),
      lookups: this.store.lookups,
      download: (blob) => this.media.readSettings(blob),
      wake: {
        set: (name, dueAt) => this.#wakeups.set(name, dueAt),
        clear: (name) => this.#wakeups.clear(name),
      },
      now,
      random: Math.random,
    });
    this.session = new SessionTransfer({
      storage: ctx.storage,
      connection: () => this.#state?.connection ?? NEVER_CONNECTED,
      save: (connection) => this.#saveConnection(connection),
      logs: this.store.logs,
      now,
    });
    this.profile = new ProfileKeeper({
      current: () => ({
        session: this.keeper.online,
        connection: this.#state?.connection ?? NEVER_CONNECTED,
        policy: targetPolicyOf(env, this.state?.profile.origin),
      }),
      pending: () => pendingProfileOf(this.#state),
      savePending: (pending) => this.#savePendingProfile(pending),
      wakeAt: (dueAt) => this.#wakeups.setNoLaterThan("profile", dueAt),
      warn: (text) => this.#warn(text),
      now,
    });
    this.#traffic = new NumberTraffic({
      store: this.store,
      transaction: (work) => this.#transaction(work),
      state: () => this.#state,
      outbox: this.#outbox,
      conduct: this.conduct,
      events: this.events,
      media: this.media,
      history: this.#history,
      wakeAt: (dueAt) => this.#wakeups.setNoLaterThan("placeholders", dueAt),
      now,
    });
    this.upkeep = new NumberUpkeep({
      name: ctx.id.name ?? "",
      store: this.store,
      keeper: this.keeper,
      wakeups: this.#wakeups,
      state: () => this.#state,
      saveConnection: (connection) => this.#saveConnection(connection),
      directory: (orgId) => directoryStub(env, orgId),
      jitterMs: () => reconnectJitterMsOf(env),
      now,
    });
    this.#wake();
  }

  /** Null when no instance was ever created here. */
  get state(): InstanceState | null {
    return this.#state;
  }

  /** What is to be shown to link the number, if anything. */
  get shown(): { qr: string | null; pairingCode: string | null } {
    return { qr: this.keeper.qr, pairingCode: this.keeper.pairingCode };
  }

  /** @returns false when there is one already */
  async create({ origin, pendingProfile = {}, ...given }: CreateInstance): Promise<boolean> {
    // A receiver that drops what it has seen must not take events of this one for those of an earlier one of this id.
    const logEnd = await this.#directory.logEnd(given.orgId, given.instanceId);
    if (this.#state !== null) return false;
    migrate(this.#ctx.storage, INSTANCE_MIGRATIONS);
    this.store.events.beginAfter(logEnd);
    this.#directory.reopen();
    const profile = { ...given, pendingProfile, ...(origin && { origin }) };
    this.#save({ profile: { ...profile, createdAt: now(), removing: false }, connection: NEVER_CONNECTED });
    this.store.logs.add("info", "Created", now());
    this.events.created();
    await this.#directory.push();
    return true;
  }

  /** @see UpdateInstance */
  async update(changes: UpdateInstance): Promise<void> {
    const state = this.#state;
    if (!state) return;
    this.#save({ ...state, profile: changedProfile(state.profile, changes) });
    if (changes.behaviorSettings) this.conduct.changed();
    this.#outbox.pump();
    if (changes.webhookUrl !== undefined) this.events.deliver();
    if (changes.pendingProfile !== undefined) this.profile.changed();
    await this.#directory.push();
  }

  /** Reads the stored state again. */
  reload(): void {
    this.#state = this.store.instance.load();
  }

  /** Removes everything; goes on after a crash by the wake-up it sets first. */
  remove(): Promise<void> {
    // One at a time: a second one that ends later would empty an instance made anew under this name.
    this.#removal ??= this.#remove().finally(() => {
      this.#removal = null;
    });
    return this.#removal;
  }

  async #remove(): Promise<void> {
    const state = this.#state;
    if (!state) return;
    this.keeper.abandon();
    // What is still fetched would come into the bucket after its files were removed.
    this.#forgetFiles();
    if (!state.profile.removing) this.#save({ ...state, profile: { ...state.profile, removing: true } });
    await removeInstance({
      state,
      directory: this.#directory,
      media: this.#env.MEDIA,
      storage: this.#ctx.storage,
      wakeAt: (dueAt) => this.#wakeups.setRemoval(dueAt),
      now,
    });
    this.#state = null;
    this.#outbox.stop();
    this.conduct.stop();
    this.events.removed();
    this.#forgetFiles();
  }

  #forgetFiles(): void {
    this.media.keeper.forget();
    this.#history.forget();
  }

  async alarm(): Promise<void> {
    if (!this.#state) return;
    if (this.#state.profile.removing) {
      await this.remove().catch((error) => this.#report("a removal could not be finished", error));
      return;
    }
    try {
      await this.#wakeups.run(alarmHandlers(this, this.#directory, this.#traffic, this.#history, this.#outbox), now());
      await this.upkeep.report();
    } catch (error) {
      // Removed while a handler was waiting: there is nothing left to wake up for.
      if (this.#state) this.#report("the wake-ups could not be read", error);
    }
  }

  get #instanceId(): string {
    return this.#state?.profile.instanceId ?? "";
  }

  get sending(): SendingDeps {
    return {
      store: this.store,
      outbox: this.#outbox,
      contacts: this.#contacts,
      session: this.keeper.online,
      connection: this.#state?.connection ?? NEVER_CONNECTED,
      messageId: null,
      randomBytes,
      pacing: {
        transaction: (work: () => void) => this.#transaction(work),
        reserve: (request: SlotRequest) => this.conduct.guard.reserve(request),
        add: (message: NewMessage) => this.#outbox.add(message),
      },
      now,
    };
  }

  sendingFor(callId: string | undefined): SendingDeps {
    return { ...this.sending, messageId: callId === undefined ? null : messageIdOf(callId) };
  }

  /** Memory is gone, storage is not: go on from there. */
  #wake(): void {
    if (!tablesExist(this.#ctx.storage.sql)) return;
    migrate(this.#ctx.storage, INSTANCE_MIGRATIONS);
    this.#state = this.store.instance.load();
    if (!this.#state) return;
    if (!this.#state.profile.removing) this.#resume();
    this.#wakeups.arm();
  }

  #resume(): void {
    this.upkeep.resume();
    this.events.wake();
    this.media.keeper.pump();
    if (this.store.instance.unpushedRevision() !== null) this.#wakeups.setNoLaterThan("directory", now());
  }

  #transaction(work: () => void): void {
    this.#ctx.storage.transactionSync(work);
  }

  #save(state: InstanceState): void {
    this.store.instance.save(state, now());
    this.#state = state;
  }

  #savePendingProfile(pendingProfile: PendingProfile | null): void {
    const state = this.#state;
    if (state) this.#save({ ...state, profile: { ...state.profile, pendingProfile: pendingProfile ?? {} } });
  }

  #saveConnection(connection: Connection): void {
    const state = this.#state;
    if (!state) return;
    const before = apiStatus(state.connection);
    const status = apiStatus(connection);
    this.#transaction(() => {
      this.#save({ ...state, connection });
      this.conduct.lost(state.connection, connection);
      if (status === before) return;
      const why = status === "connected" ? null : connection.lastDisconnect;
      const payload = connectionPayload(state.profile.instanceId, status, why);
      this.events.record({ type: "connection", chatId: null, payload });
    });
    void this.#directory.push();
  }

  #warn(text: string): void {
    this.store.logs.add("warning", text, now());
    logEvent("warning", text, this.#ctx.id.name);
  }

  #report(text: string, error: unknown): void {
    logEvent("error", text, this.#ctx.id.name, describeError(error));
  }
}

function tablesExist(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'instance'").toArray().length > 0;
}
