/**
 * One Baileys socket behind our interface: options, wiring, and the way its events become ours.
 *
 * Messages, receipts and acks are taken at the level of stanzas, synchronously and before Baileys answers them, because
 * Baileys buffers its own events and sends receipts before it emits the message.
 */
import { errorName } from "../errors.ts";
import { AccountSettings } from "./app-state/account-settings.ts";
import { isSettingsNotice } from "./app-state/name-watch.ts";
import { openAuthStore } from "./auth/auth-store.ts";
import { boundedCache } from "./auth/bounded-cache.ts";
import { deviceLists } from "./auth/device-lists.ts";
import { groupMetadata } from "./auth/group-metadata.ts";
import { usedBundles } from "./auth/used-bundles.ts";
import type { AuthenticationCreds, BinaryNode, GroupMetadata, MessageRelayOptions, WASocket } from "./baileys.ts";
import { buildAckStanza, makeWASocket, proto } from "./baileys.ts";
import { callOf } from "./calls.ts";
import { catchListenerErrors } from "./caught-listeners.ts";
import { CopyRequests } from "./copy-requests.ts";
import { requestFileAgain } from "./file-request.ts";
import { membersOf } from "./group-members.ts";
import { membershipOf } from "./group-membership.ts";
import { harden } from "./harden.ts";
import { adoptTokens } from "./history/adopt-tokens.ts";
import { lidJid, lidOf, phoneJid, phoneOf, withoutDevice } from "./identity.ts";
import { InboundStanzas } from "./inbound-stanzas.ts";
import { toKnownDevices } from "./known-devices.ts";
import { originIn } from "./normalise/stanza.ts";
import { ownProfile } from "./own-profile.ts";
import { PhoneRequests } from "./phone-requests.ts";
import { answersProbe } from "./probe.ts";
import { reachedNobody, statusOf } from "./query-errors.ts";
import { Questions } from "./questions.ts";
import { ReceiptDesk } from "./receipt-desk.ts";
import { ackOf } from "./receipts.ts";
import { capOf, lockOf } from "./restrictions.ts";
import { mayHaveCopy } from "./retry-gate.ts";
import type {
  ContactToSave,
  FileRequest,
  OpenSession,
  OutboundStanza,
  OwnProfile,
  ReadKey,
  Restrictions,
  SessionDeps,
  WhatsAppEndpoint,
  WhatsAppSession,
} from "./session.ts";
import { RequestRefusedError, SessionClosedError } from "./session.ts";
import { SessionCalls } from "./session-calls.ts";
import { guardedSignalRepository } from "./signal-repository.ts";
import { socketConfig } from "./socket-config.ts";
import { stanzaExtras } from "./stanza-extras.ts";
import { announcesNoNames, isAnswerable } from "./stanza-texts.ts";
import { UnansweredStanzas } from "./unanswered-stanzas.ts";

/** How old a message without content may be to be asked for at a new connection, milliseconds (ours). */
const ASKED_AGAIN_MS = 24 * 60 * 60 * 1_000;

/** Messages to us that cannot be decrypted and whose retries Baileys counts: far more than there are at the same time. */
const COUNTED_RETRIES = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens a socket to WhatsApp for this number; its credentials, or fresh ones, come from the object's storage. */
export const openSession: OpenSession = (endpoint, deps) => {
  harden();
  return new BaileysSession(endpoint, deps);
};

class BaileysSession implements WhatsAppSession {
  readonly #deps: SessionDeps;
  readonly #socket: WASocket;
  readonly #inbound: InboundStanzas;
  readonly #receipts: ReceiptDesk;
  readonly #phoneRequests: PhoneRequests;
  readonly #creds: AuthenticationCreds;
  readonly #groups: ReturnType<typeof groupMetadata>;
  readonly #devices: ReturnType<typeof deviceLists>;
  readonly #questions: Questions;
  readonly #settings: AccountSettings;
  readonly profile: OwnProfile;
  /** The account's name as this session told it last; undefined before it is open. */
  #announcedAs: string | null | undefined;
  readonly #calls = new SessionCalls();
  readonly #unanswered = new UnansweredStanzas();
  #over = false;
  /** Told to log out: whatever ends the session from here on is our own doing. */
  #isLeaving = false;

  constructor(endpoint: WhatsAppEndpoint, deps: SessionDeps) {
    this.#deps = deps;
    this.#inbound = new InboundStanzas({
      lookups: deps.lookups,
      me: () => this.#me(),
      onMessage: (message) => this.#emit({ type: "message", message }),
      onPlaceholder: (message, waitMs) => this.#emit({ type: "placeholder", message, waitMs }),
      onEmpty: (origin) => this.#emit({ type: "empty", origin }),
      onHistory: (notice) => this.#emit({ type: "history", notice }),
      onFailure: (key) => this.#phoneRequests.failed(key),
      warn: deps.warn,
    });
    this.#phoneRequests = new PhoneRequests({
      isHere: (key) => {
        const origin = originIn(key);
        return origin === null || deps.lookups.received(origin) !== null;
      },
      ask: (key) => {
        this.#calls.guarded(() => this.#socket.requestPlaceholderResend(key)).catch(() => undefined);
      },
    });
    const auth = openAuthStore({
      storage: deps.storage,
      isCurrent: () => !this.#over && deps.isCurrent(),
      onInbound: (decrypted) => this.#inbound.store(decrypted),
    });
    const copies = new CopyRequests({
      socket: () => this.#socket,
      bundles: usedBundles(auth.keys),
      find: deps.lookups.repeatable,
      mayHave: (request) => mayHaveCopy(request, { lookups: deps.lookups, members: (jid) => this.#members(jid) }),
      onRequest: (messageId) => this.#emit({ type: "retry", messageId }),
      relay: (to, message, options) => this.#relay(to, message, options),
      taken: (messageId) => this.#unanswered.taken(messageId),
      send: (stanza) => this.#calls.guarded(() => this.#socket.sendNode(stanza)),
      guarded: (call) => this.#calls.guarded(call),
      pause,
      warn: deps.warn,
    });
    this.#receipts = new ReceiptDesk({
      me: () => this.#me(),
      members: (jid) => this.#members(jid),
      onReceipt: (receipt) => this.#emit({ type: "receipt", receipt }),
      onCopyWanted: (request, receipt) => void copies.take(request, receipt),
      warn: deps.warn,
    });
    this.#creds = auth.creds;
    this.#groups = groupMetadata(deps.storage.sql, deps.now);
    this.#devices = deviceLists(deps.storage.sql, deps.now);
    this.#socket = makeWASocket({
      ...socketConfig(endpoint, deps),
      auth: { creds: auth.creds, keys: auth.keys },
      msgRetryCounterCache: boundedCache(COUNTED_RETRIES),
      userDevicesCache: this.#devices,
      makeSignalRepository: guardedSignalRepository(
        (ciphertext) => this.#inbound.find(ciphertext),
        (ciphertext) => {
          this.#inbound.failed(ciphertext);
          this.#emit({ type: "undecryptable" });
        },
        (pn, lid) => this.#learn(pn, lid),
      ),
      cachedGroupMetadata: (jid) => this.#group(jid),
    });
    announcesNoNames(this.#socket.ev, this.#creds);
    catchListenerErrors(this.#socket.ws, {
      onFrameError: (error) => {
        deps.warn(`a frame could not be read (${errorName(error)})`);
        this.#fail(null, "unreadable frame");
      },
      onStanzaError: (error) => deps.warn(`a stanza could not be handled (${errorName(error)})`),
      admits: (event, stanza) => this.#admits(event, stanza as BinaryNode),
    });
    this.#questions = new Questions({
      socket: this.#socket,
      guarded: (call) => this.#calls.guarded(call),
      asked: (call) => this.#calls.asked(call),
      now: deps.now,
    });
    this.#settings = new AccountSettings({
      sql: deps.storage.sql,
      socket: this.#socket,
      creds: auth.creds,
      query: (iq) => this.#calls.asked(() => this.#socket.query(iq)),
      download: deps.download,
      lidOf: (phone) => this.#questions.lidOf(phone),
      warn: deps.warn,
      now: deps.now,
    });
    const rename = (name: string) => this.#settings.setName(name);
    this.profile = ownProfile(this.#socket, this.#creds, (call) => this.#calls.guarded(call), rename);
    this.#wire(auth.saveCreds);
    this.#socket.ws.prependListener("CB:notification,type:w:gp2", (notification: BinaryNode) => {
      this.#groups.drop(notification.attrs.from ?? "");
      const membership = membershipOf(notification, this.#me());
      if (membership) this.#emit({ type: "membership", membership });
    });
  }

  async requestPairingCode(phone: string): Promise<string> {
    return this.#socket.requestPairingCode(phone);
  }

  lookUp(phone: string): Promise<string | null> {
    return this.#questions.lookUp(phone);
  }

  mediaHosts(): Promise<{ hosts: string[]; auth: string }> {
    return this.#questions.mediaHosts();
  }

  describe(phone: string): Promise<{ lid: string | null; pictureUrl: string | null }> {
    return this.#questions.describe(phone);
  }

  restrictions(): Promise<Restrictions> {
    return this.#questions.restrictions();
  }

  requestFileAgain(request: FileRequest): Promise<string> {
    return this.#calls.guarded(() => requestFileAgain(this.#socket, request));
  }

  async send({ id, to, payload }: OutboundStanza): Promise<void> {
    await this.#calls.asked(() => this.#relay(to, proto.Message.decode(payload), { messageId: id }));
  }

  async typing(to: string, on: boolean): Promise<void> {
    await this.#calls.guarded(() => this.#socket.sendPresenceUpdate(on ? "composing" : "paused", to));
  }

  async markRead(keys: ReadKey[]): Promise<void> {
    const named = keys.map(({ messageId, chatJid, participantJid }) => ({
      id: messageId,
      remoteJid: chatJid,
      fromMe: false,
      ...(participantJid === null ? {} : { participant: participantJid }),
    }));
    await this.#calls.guarded(() => this.#socket.readMessages(named));
  }

  async presence(available: boolean): Promise<void> {
    await this.#calls.guarded(() => this.#socket.sendPresenceUpdate(available ? "available" : "unavailable"));
  }

  async answers(): Promise<boolean> {
    return !this.#over && (await answersProbe(this.#socket));
  }

  async adopt({ pairs, tokens }: Parameters<WhatsAppSession["adopt"]>[0]): Promise<void> {
    const jids = pairs.map(({ phone, lid }) => ({ pn: phoneJid(phone), lid: lidJid(lid) }));
    await this.#calls.guarded(async () => {
      await this.#socket.signalRepository.lidMapping.storeLIDPNMappings(jids);
      await adoptTokens(this.#socket.authState.keys, tokens);
    });
  }

  saveContact(contact: ContactToSave, mine: string | null): Promise<string | null> {
    return this.#calls.guarded(() => this.#settings.saveContact(contact, mine));
  }

  async logout(): Promise<void> {
    if (this.#over) return;
    // Baileys closes by itself afterwards, with a 401 that must not be reported as the phone's doing.
    this.#isLeaving = true;
    await this.#calls.guarded(() => this.#socket.logout());
    this.close();
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#calls.end();
    this.#phoneRequests.stop();
    void this.#socket.end(undefined);
  }

  #me(): { id: string; lid: string } {
    return { id: this.#creds.me?.id ?? "", lid: this.#creds.me?.lid ?? "" };
  }

  #emit(event: Parameters<SessionDeps["onEvent"]>[0]): void {
    if (this.#over) return;
    if (!this.#deps.isCurrent()) {
      this.close();
      return;
    }
    this.#deps.onEvent(event);
  }

  /** Ends the session for a reason of ours; reported once. */
  #fail(code: number | null, text: string): void {
    if (this.#over || this.#isLeaving) return;
    this.#emit({ type: "closed", end: { code, text } });
    this.close();
  }

  async #relay(to: string, message: proto.IMessage, options: MessageRelayOptions): Promise<void> {
    const devices = {
      socket: this.#socket,
      me: this.#me(),
      members: async (jid: string) => (await this.#group(jid)).participants.map(({ id }) => id),
      lacks: (users: string[]) => this.#devices.lacks(users),
      forget: (user: string) => this.#devices.del(user),
    };
    const relay = () => this.#socket.relayMessage(to, message, { ...options, ...stanzaExtras(message) });
    const { messageId = "" } = options;
    try {
      await toKnownDevices(withoutDevice(to), devices, () => this.#unanswered.sending(messageId, relay));
    } catch (error) {
      throw reachedNobody(error) ? new RequestRefusedError(null) : error;
    }
  }

  #wire(saveCreds: () => void): void {
    const { ev, ws } = this.#socket;
    ws.prependListener("CB:message", (stanza: BinaryNode) => {
      if (isAnswerable("CB:message", stanza)) this.#inbound.arrived(stanza);
    });
    ws.prependListener("CB:receipt", (stanza: BinaryNode) => this.#receipts.arrived(stanza));
    ws.on("CB:ack,class:message", (stanza: BinaryNode) => {
      const ack = ackOf(stanza);
      if (!ack) return;
      this.#emit({ type: "ack", ...ack });
      this.#unanswered.answered(ack.messageId, ack.error);
    });
    ws.on("CB:call", (stanza: BinaryNode) => {
      const call = callOf(stanza);
      if (call) this.#emit({ type: "call", call });
    });
    // Baileys registered its own listener first: `creds` holds the update by now.
    ev.on("creds.update", (update) => {
      saveCreds();
      if (update.myAppStateKeyId) void this.#settings.name.look();
      const name = update.me?.name;
      if (name && this.#announcedAs !== undefined && name !== this.#announcedAs) void this.#announce(name);
    });
    ev.on("message-capping.update", (info) => {
      this.#emit({ type: "restricted", restrictions: { lock: null, cap: capOf(info) } });
    });
    ev.on("connection.update", (update) => {
      const { reachoutTimeLock } = update;
      if (reachoutTimeLock) {
        this.#emit({ type: "restricted", restrictions: { lock: lockOf(reachoutTimeLock), cap: null } });
      }
      if (update.qr !== undefined) this.#emit({ type: "qr", text: update.qr });
      if (update.isNewLogin) this.#emit({ type: "paired" });
      if (update.connection === "open") this.#opened();
      if (update.connection === "close") {
        const error = update.lastDisconnect?.error;
        this.#fail(statusOf(error), error?.message ?? "closed");
      }
    });
  }

  /** Whether Baileys may see a stanza. */
  #admits(event: string | symbol, stanza: BinaryNode): boolean | Promise<boolean> {
    if (!isAnswerable(event, stanza)) {
      this.#deps.warn("something came whose id could not be answered with, and was left out");
      return false;
    }
    if (event === "CB:receipt") return this.#receipts.admits(stanza);
    if (event !== "CB:notification" || !isSettingsNotice(stanza)) return true;
    void this.#settingsChanged(stanza).catch(() => undefined);
    return false;
  }

  /** Acknowledged when it was taken over: until then WhatsApp tells of it again. @throws SessionClosedError */
  async #settingsChanged(notice: BinaryNode): Promise<void> {
    await this.#settings.name.noticed(notice);
    await this.#calls.guarded(() => this.#socket.sendNode(buildAckStanza(notice)));
  }

  #group(jid: string): Promise<GroupMetadata> {
    return this.#groups.get(jid, (id) => this.#socket.groupMetadata(id));
  }

  async #members(jid: string): Promise<string[][]> {
    return membersOf(await this.#calls.guarded(() => this.#group(jid)), this.#me());
  }

  #opened(): void {
    const { me, account } = this.#creds;
    const phone = phoneOf(me?.id);
    // Before linking is complete a `success` means nothing (seen by whatsmeow with unpaired sockets).
    if (!account || !phone) return;
    const lid = lidOf(me?.lid);
    // With a name, Baileys announces the presence itself when the connection opens.
    this.#announcedAs = me?.name ?? null;
    this.#emit({ type: "open", phone, lid, name: me?.name ?? null });
    void this.#settings.name.look();
    this.#phoneRequests.missed(this.#deps.lookups.awaited(this.#deps.now() - ASKED_AGAIN_MS));
    if (lid) this.#emit({ type: "identity", phone, lid });
  }

  #learn(pn: string, lid: string): void {
    const phone = phoneOf(pn);
    const lidDigits = lidOf(lid);
    if (phone && lidDigits) this.#emit({ type: "identity", phone, lid: lidDigits });
  }

  /**
   * Tells WhatsApp under which name people see this account. It goes with the presence, which Baileys does not tell while
   * there is no name: messages are then acknowledged as by an inactive device.
   */
  async #announce(name: string): Promise<void> {
    this.#announcedAs = name;
    try {
      await this.presence(this.#deps.markOnline());
    } catch (error) {
      if (!(error instanceof SessionClosedError)) this.#deps.warn(`the name was not announced (${errorName(error)})`);
    }
  }
}
