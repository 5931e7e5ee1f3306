/**
 * Keeps a number connected: opens sessions, follows their events through the pure state machine, stores each step, and
 * asks for the wake-ups that bring a lost session back. Holds in memory only what dies with the socket.
 */
import { ok, type Result, refuse } from "../errors.ts";
import type { Connection } from "../store/instance-table.ts";
import { hasLinkedCredentials, wipeAuth } from "../whatsapp/auth/auth-store.ts";
import { DEAF, MISCONFIGURED } from "../whatsapp/disconnect-reasons.ts";
import type {
  OpenSession,
  OutboundStanza,
  SessionDeps,
  SessionEvent,
  WhatsAppEndpoint,
  WhatsAppSession,
  WhatsAppVersion,
} from "../whatsapp/session.ts";
import {
  awaitingUpdate,
  closed,
  connecting,
  isWanted,
  opened,
  paired,
  retrying,
  stopped,
  unlinked,
} from "./connection-state.ts";
import { DeafWatch } from "./deaf-watch.ts";
import { LinkMaterial } from "./link-material.ts";

/**
 * The keep-alive that holds the object in memory, and the watchdog that notices a session that is gone. Milliseconds
 * (ours): without alarms and calls an object is evicted after 70 s at the earliest.
 */
const HEARTBEAT_MS = 30_000;

/** How often a number that was refused for its version looks whether another one is claimed, milliseconds (ours). */
const UPDATE_LOOK_MS = 60 * 60 * 1_000;

/** When a caller who got no pairing code is told to try again, milliseconds (ours): the attempt goes on meanwhile. */
const CODE_RETRY_MS = 5_000;

/** Events of a session that the keeper does not consume itself. */
export type TrafficEvent = Exclude<SessionEvent, { type: "qr" | "paired" | "open" | "closed" }>;

export type KeeperWakeup = "heartbeat" | "reconnect" | "update";

export interface KeeperDeps {
  storage: DurableObjectStorage;
  openSession: OpenSession;
  endpoint: () => Result<WhatsAppEndpoint>;
  /** The version that is claimed where the endpoint names none. */
  usualVersion: WhatsAppVersion;
  load: () => Connection;
  /** Stores the connection, and tells the event log and the Directory; one transaction. */
  save: (connection: Connection) => void;
  onTraffic: (event: TrafficEvent) => void;
  /** A new QR or code is there to be shown. */
  onLinkMaterial: (material: { qr: string | null; pairingCode: string | null }) => void;
  onOnline: () => void;
  /** Whether a session shows itself online as soon as it is connected. */
  markOnline: () => boolean;
  log: (level: "info" | "success" | "warning" | "error", message: string) => void;
  lookups: SessionDeps["lookups"];
  download: SessionDeps["download"];
  wake: {
    set: (name: KeeperWakeup, dueAt: number) => void;
    clear: (name: KeeperWakeup) => void;
  };
  now: () => number;
  random: () => number;
}

export class ConnectionKeeper {
  readonly #deps: KeeperDeps;
  readonly #material: LinkMaterial;
  #session: WhatsAppSession | null = null;
  #deafness: DeafWatch | null = null;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#material = new LinkMaterial({
      onNew: deps.onLinkMaterial,
      onNoCode: () => deps.log("warning", "WhatsApp did not give a pairing code"),
    });
  }

  get qr(): string | null {
    return this.#material.qr;
  }

  get pairingCode(): string | null {
    return this.#material.pairingCode;
  }

  /** The session messages can be sent through; null unless the number is online. */
  get online(): WhatsAppSession | null {
    return this.#deps.load().phase === "online" ? this.#session : null;
  }

  /** Hands a stanza to the open session; null when there is none. */
  transmitter(): ((stanza: OutboundStanza) => Promise<void>) | null {
    const session = this.online;
    if (!session) return null;
    return async (stanza) => {
      await session.send(stanza);
      if (session === this.#session) this.#deafness?.sent(stanza.id);
    };
  }

  /** Starts linking by QR, or logs in. @returns false when the number is connected or connecting already */
  connect(): Result<{ started: boolean }> {
    if (isWanted(this.#deps.load())) return ok({ started: false });
    return this.#begin("qr", null);
  }

  /**
   * Starts linking by code, unless the number is linked already.
   * @returns the code as `XXXX-XXXX`, or null when there is nothing to link
   */
  async connectByCode(phone: string): Promise<Result<string | null>> {
    const state = this.#deps.load();
    if (state.linked) {
      if (state.phone !== null && state.phone !== phone) {
        return refuse("wrong_state", "This instance is linked to another phone.", {
          hint: "Clear its auth first (POST …/clear-auth), or create another instance.",
        });
      }
      const begun = isWanted(state) ? ok({ started: false }) : this.#begin("qr", null);
      return begun.ok ? ok(null) : begun;
    }
    const sameLink = isWanted(state) && state.linking?.mode === "code" && state.linking.phone === phone;
    if (!sameLink) {
      const begun = this.#begin("code", phone);
      if (!begun.ok) return begun;
    }
    const code = await this.#material.awaitCode();
    if (code !== null) return ok(code);
    return refuse("unavailable", "WhatsApp did not give a pairing code in time.", {
      hint: "Try again in a few seconds; the attempt goes on.",
      retryAfterMs: CODE_RETRY_MS,
    });
  }

  /** Closes the session and stays disconnected. */
  disconnect(): void {
    this.#closeSession();
    this.#deps.save(stopped(this.#deps.load()));
    for (const name of ["heartbeat", "reconnect", "update"] as const) this.#deps.wake.clear(name);
  }

  /** Disconnects and has WhatsApp forget this device. Works offline too: the credentials are wiped in any case. */
  async revoke(): Promise<void> {
    try {
      await this.online?.logout();
    } catch {
      this.#deps.log("warning", "WhatsApp could not be told; remove the device on the phone");
    }
    this.clearAuth();
  }

  /** Disconnects and wipes credentials and Signal keys. */
  clearAuth(): void {
    this.disconnect();
    wipeAuth(this.#deps.storage);
    this.#deps.save(unlinked(this.#deps.load()));
  }

  /** Wake-up: the number should have a session; give it one if it was lost. */
  heartbeat(): void {
    const state = this.#deps.load();
    if (!isWanted(state)) return;
    this.#deps.wake.set("heartbeat", this.#deps.now() + HEARTBEAT_MS);
    if (!this.#session) this.reconnect();
    void this.#deafness?.look();
  }

  /** Wake-up: a retry is due. */
  reconnect(): void {
    const state = this.#deps.load();
    if (!isWanted(state) || this.#session) return;
    const { now } = this.#deps;
    if (state.retryAt !== null && state.retryAt > now()) {
      this.#deps.wake.set("reconnect", state.retryAt);
      return;
    }
    this.#open(retrying(state));
  }

  /** Wake-up: a number that was refused for the version it claimed connects again when the deployment claims another. */
  update(): void {
    const { load, wake, now, log } = this.#deps;
    const state = load();
    const refused = state.refusedVersion ?? null;
    if (refused === null || isWanted(state)) return;
    wake.set("update", now() + UPDATE_LOOK_MS);
    const claimed = this.#claimedVersion();
    if (claimed === null || claimed === refused) return;
    log("info", "Another version of WhatsApp Web is claimed now");
    if (this.#begin("qr", null).ok) wake.clear("update");
  }

  /** Null while a setting is wrong. */
  #claimedVersion(): string | null {
    const { endpoint, usualVersion } = this.#deps;
    const target = endpoint();
    return target.ok ? (target.value.version ?? usualVersion).join(".") : null;
  }

  /** Lets go of the session without a trace; for an object that is being removed. */
  abandon(): void {
    this.#closeSession();
  }

  #begin(mode: "qr" | "code", phone: string | null): Result<{ started: boolean }> {
    const endpoint = this.#deps.endpoint();
    if (!endpoint.ok) return endpoint;
    this.#closeSession();
    const state = this.#deps.load();
    this.#deps.log("info", state.linked ? "Connecting" : "Waiting to be linked");
    this.#open(connecting(state, { mode, phone }, this.#deps.now()));
    return ok({ started: true });
  }

  #open(state: Connection): void {
    const { endpoint, openSession, save, storage, now, wake, lookups, download, markOnline, log } = this.#deps;
    this.#material.clear();
    save(state);
    wake.clear("reconnect");
    wake.set("heartbeat", now() + HEARTBEAT_MS);
    const target = endpoint();
    if (!target.ok) {
      this.#ended({ code: null, text: MISCONFIGURED });
      return;
    }
    const { epoch } = state;
    const isCurrent = (): boolean => this.#deps.load().epoch === epoch;
    const session = openSession(target.value, {
      storage,
      isCurrent,
      onEvent: (event) => {
        if (isCurrent()) this.#handle(event);
      },
      lookups,
      download,
      markOnline,
      warn: (text) => log("warning", text),
      now,
    });
    this.#session = session;
  }

  #handle(event: SessionEvent): void {
    switch (event.type) {
      case "qr":
        this.#offer(event.text);
        return;
      case "paired":
        this.#material.clear();
        this.#deps.save(paired(this.#deps.load()));
        this.#deps.log("success", "Linked");
        return;
      case "open":
        this.#deps.save(opened(this.#deps.load(), event, this.#deps.now()));
        this.#deps.log("success", `Connected as ${event.phone}`);
        this.#listen();
        this.#deps.onOnline();
        return;
      case "closed":
        this.#session = null;
        this.#ended(event.end);
        return;
      default:
        this.#deafness?.heard();
        if (event.type === "ack") this.#deafness?.acknowledged([event.messageId]);
        if (event.type === "receipt") this.#deafness?.acknowledged(event.receipt.messageIds);
        this.#deps.onTraffic(event);
    }
  }

  /** Watches the session that just opened. */
  #listen(): void {
    const session = this.#session;
    this.#deafness?.stop();
    this.#deafness = new DeafWatch({
      probe: async () => (await session?.answers()) ?? false,
      onDeaf: () => {
        if (session !== this.#session) return;
        this.#closeSession();
        this.#ended({ code: null, text: DEAF });
      },
      now: this.#deps.now,
    });
  }

  #offer(qr: string): void {
    const session = this.#session;
    this.#material.offered(qr, this.#deps.load().linking, session, () => session !== this.#session);
  }

  #ended(end: { code: number | null; text: string }): void {
    const { storage, load, save, now, random, log, wake } = this.#deps;
    this.#material.clear();
    this.#deafness?.stop();
    this.#deafness = null;
    const verdict = closed(load(), end, now(), random());
    if (verdict.clearAuth) wipeAuth(storage);
    // A link WhatsApp confirmed is linked even if the process stopped before it was noted.
    const linked = !verdict.clearAuth && hasLinkedCredentials(storage.sql);
    const state = awaitingUpdate({ ...verdict.state, linked }, this.#claimedVersion() ?? "");
    save(state);
    if (state.refusedVersion) wake.set("update", now() + UPDATE_LOOK_MS);
    const why = verdict.state.lastDisconnect;
    if (why) log(why.nextAction === "reconnect" ? "info" : "error", `Disconnected: ${why.message}`);
    if (verdict.retryAt === null) {
      this.#material.abandon();
      wake.clear("heartbeat");
      wake.clear("reconnect");
    } else {
      wake.set("reconnect", verdict.retryAt);
    }
  }

  #closeSession(): void {
    this.#deafness?.stop();
    this.#deafness = null;
    this.#session?.close();
    this.#session = null;
    this.#material.abandon();
  }
}
