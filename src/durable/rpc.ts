/**
 * What the Worker may ask of the object of a number (of an organisation's: rpc-directory.ts). Plain data in, plain data or
 * a `Result` out.
 * Every call names the org it acts for; the object compares it with the org stored at creation, so a wrong name can
 * never act on another organisation's number. `connect` and `fetch` are reserved names on a stub.
 */
import type { Result } from "../errors.ts";
import type { IdempotencyVerdict, IdempotentEnd } from "../idempotency/idempotent-calls.ts";
import type {
  DeliveryQuery,
  DeliveryView,
  EventList,
  EventQuery,
  ReplayRange,
  ReplayResult,
  WebhookChanges,
  WebhookTest,
  WebhookView,
} from "./rpc-events.ts";
import type {
  Addressed,
  MediaHosts,
  MediaView,
  MessageQuery,
  NumberView,
  OutgoingMessage,
  OutgoingReaction,
  SentMessage,
  StoredMessage,
} from "./rpc-messages.ts";
import type { UpkeepRpc } from "./rpc-operations.ts";
import type { ConductRpc, LegacyHealth } from "./rpc-safety.ts";
import type { SessionRpc } from "./rpc-session.ts";

export type * from "./rpc-directory.ts";
export type * from "./rpc-events.ts";
export type * from "./rpc-messages.ts";

/** `connecting` covers linking (QR or code) and every reconnect; `connected` means messages flow. */
export type ConnectionState = "disconnected" | "connecting" | "connected";

/** How an instance behaves towards people; every field optional, as stored. */
export interface BehaviorSettings {
  behaviorProfile?: "bot-native" | "notification-balanced" | "notification-max";
  typingSimulation?: boolean;
  delayEnabled?: boolean;
  /** Milliseconds, 0–120,000. */
  notificationGraceMs?: number;
  phoneNotificationsEnabled?: boolean;
}

/** Legacy sending limits; every field optional, as stored. */
export interface AntiBanSettings {
  preset?: "conservative" | "balanced" | "aggressive" | "custom";
  messagesPerHour?: number;
  messagesPerDay?: number;
  uniqueChatsPerHour?: number;
  uniqueChatsPerDay?: number;
}

/** Why the number last lost its connection, in words for people and a code for machines. */
export interface LastDisconnect {
  /** Stable word from the table of disconnect reasons, e.g. `logged_out`, `replaced`, `server_busy`. */
  reason: string;
  /** WhatsApp's status code, e.g. 401, 440, 503; null when the link broke without one. */
  code: number | null;
  /** One sentence for people. */
  message: string;
  /** `reconnect` = by itself; `link_again` = a new QR or code is needed; `none` = stays as it is until asked. */
  nextAction: "reconnect" | "link_again" | "none";
  /** ISO 8601. */
  at: string;
}

/** An instance as the API shows it. Times are ISO 8601 UTC with milliseconds. */
export interface InstanceView {
  id: string;
  name: string;
  status: ConnectionState;
  /** The text inside the current QR, null when there is none. The Worker draws it. */
  qr: string | null;
  /** `XXXX-XXXX`, null when there is none. */
  pairingCode: string | null;
  /** Digits only. */
  connectedPhone: string | null;
  connectedAt: string | null;
  /** True when credentials of a linked device are stored: the next connect needs no QR. */
  linked: boolean;
  lastDisconnect: LastDisconnect | null;
  webhookUrl: string | null;
  behaviorSettings: BehaviorSettings;
  antiBanSettings: AntiBanSettings;
  /** Whether the phone's history is taken at the next link. */
  syncHistory: boolean;
  /** How much of the legacy limits is used up; only when one instance is asked for, lists do not know it. */
  antiBanHealth?: LegacyHealth;
  createdAt: string;
}

/** What the Directory keeps of an instance: enough for every list, without waking the instance. */
export interface InstanceSummary extends Omit<InstanceView, "qr" | "pairingCode"> {
  /** Grows with every change of the instance; an older summary never overwrites a newer one. */
  revision: number;
}

/** Profile fields to be set on WhatsApp as soon as the number is connected. */
export interface PendingProfile {
  name?: string;
  about?: string;
}

/** The linked account's profile; all null while it is not connected, but for the phone. */
export interface ProfileView {
  phone: string | null;
  connected: boolean;
  name: string | null;
  about: string | null;
  pictureUrl: string | null;
}

/** One change of the profile; `picture` is an https or data URL of a JPEG, or null to remove it. */
export type ProfileChange =
  | { field: "name"; value: string }
  | { field: "about"; value: string }
  | { field: "picture"; value: string | null };

export interface CreateInstance {
  /** Where this deployment was called: the base of links in webhooks, unless a setting names another. */
  origin?: string;
  orgId: string;
  instanceId: string;
  name: string;
  webhookUrl: string | null;
  behaviorSettings: BehaviorSettings;
  antiBanSettings: AntiBanSettings;
  syncHistory?: boolean;
  pendingProfile?: PendingProfile;
}

/** Fields left out stay as they are; settings are merged field by field; `webhookUrl: null` clears it. */
export interface UpdateInstance {
  name?: string;
  webhookUrl?: string | null;
  behaviorSettings?: BehaviorSettings;
  antiBanSettings?: AntiBanSettings;
  syncHistory?: boolean;
  /** Replaces what was pending before. */
  pendingProfile?: PendingProfile;
}

export interface LogEntry {
  id: string;
  timestamp: string;
  message: string;
  level: "info" | "success" | "warning" | "error";
}

/** The object of one number. All calls but `initialise` answer `not_found` when the instance was never created. */
export interface InstanceRpc extends ConductRpc, SessionRpc, UpkeepRpc {
  /** Creates the instance; `already_exists` when it is there already. */
  initialise(input: CreateInstance): Promise<Result<InstanceView>>;
  describe(orgId: string): Promise<Result<InstanceView>>;
  update(orgId: string, changes: UpdateInstance): Promise<Result<InstanceView>>;
  /** Closes the session, removes everything the instance stored, and its entry in the Directory. */
  destroy(orgId: string): Promise<Result<{ instanceId: string }>>;
  /**
   * Starts linking (QR) or logs in with the stored credentials. Connected or connecting already: nothing restarts,
   * `started` is false.
   */
  startConnection(orgId: string): Promise<Result<{ started: boolean; instance: InstanceView }>>;
  /**
   * Starts linking by code for `phone` (digits) and waits until the code exists, 10 s at most (`unavailable` after).
   * Connected already: `pairingCode` is null and nothing restarts. Asked again while the code of the same phone is
   * valid: the same code.
   */
  requestPairingCode(
    orgId: string,
    phone: string,
  ): Promise<Result<{ pairingCode: string | null; instance: InstanceView }>>;
  /** Closes the session; with `revoke` WhatsApp forgets the device and the credentials are wiped. */
  stopConnection(orgId: string, options: { revoke: boolean }): Promise<Result<InstanceView>>;
  /** Closes the session and wipes credentials and Signal keys; messages, settings and logs stay. */
  clearAuth(orgId: string): Promise<Result<InstanceView>>;
  /**
   * `callId` names a call with an `Idempotency-Key` (hash, hexadecimal): repeated after a crash it is still one message.
   * The same for `react` and `editMessage`.
   */
  send(orgId: string, message: OutgoingMessage, callId?: string): Promise<Result<SentMessage>>;
  /** Reacts to a stored message of either side; `not_found` when it is not stored in that chat. */
  react(orgId: string, reaction: OutgoingReaction, callId?: string): Promise<Result<SentMessage>>;
  /** Replaces the text of a message of ours; `wrong_state` when WhatsApp no longer allows it. */
  editMessage(orgId: string, messageId: string, text: string, callId?: string): Promise<Result<SentMessage>>;
  /** Takes a message of ours back from everybody; `wrong_state` when WhatsApp no longer allows it. */
  deleteMessage(orgId: string, messageId: string): Promise<Result<SentMessage>>;
  /** Where WhatsApp takes files; refused when the message would be, for whom it is to or what it quotes. */
  mediaHosts(orgId: string, message: Addressed): Promise<Result<MediaHosts>>;
  /** A file of a message, with its key in the bucket. */
  media(orgId: string, mediaId: string): Promise<Result<MediaView & { key: string }>>;
  /** Fetches a file that failed once more. */
  retryMedia(orgId: string, mediaId: string): Promise<Result<{ status: string }>>;
  /** Asks WhatsApp about a phone number (digits). */
  lookUpNumber(orgId: string, phone: string): Promise<Result<NumberView>>;
  /** When this number and `to` (as in `send`) last wrote to each other, epoch milliseconds; null if they never did. */
  lastSpoke(orgId: string, to: string): Promise<Result<number | null>>;
  listMessages(orgId: string, query: MessageQuery): Promise<Result<{ messages: StoredMessage[]; next: string | null }>>;
  listLogs(orgId: string, limit: number): Promise<Result<LogEntry[]>>;
  webhook(orgId: string): Promise<Result<WebhookView>>;
  /** `unknown` when there is no such instance: nothing is noted, the call is to run and be refused. */
  beginIdempotent(orgId: string, id: string, fingerprint: string): Promise<IdempotencyVerdict | { state: "unknown" }>;
  endIdempotent(orgId: string, id: string, end: IdempotentEnd): Promise<void>;
  profile(orgId: string): Promise<Result<ProfileView>>;
  /** `not_connected`, `invalid_request` or `too_large` for a picture that cannot be used, `unavailable`. */
  changeProfile(orgId: string, change: ProfileChange): Promise<Result<ProfileChange["field"]>>;
  /** Reads the settings from storage again. */
  reload(orgId: string): Promise<Result<BehaviorSettings>>;
  /** `invalid_request` when the URL may not be called. */
  setWebhook(orgId: string, changes: WebhookChanges): Promise<Result<WebhookView>>;
  /** Posts a signed sample; `invalid_request` without a URL. An unreachable receiver is an answer, no refusal. */
  testWebhook(orgId: string): Promise<Result<WebhookTest>>;
  /** Newest first. */
  listDeliveries(
    orgId: string,
    query: DeliveryQuery,
  ): Promise<Result<{ deliveries: DeliveryView[]; next: string | null }>>;
  /** Makes a delivery due now, whatever came of it before. */
  retryDelivery(orgId: string, seq: number): Promise<Result<DeliveryView>>;
  /** Delivers a part of the log again; `wrong_state` without a webhook. */
  replay(orgId: string, range: ReplayRange): Promise<Result<ReplayResult>>;
  listEvents(orgId: string, query: EventQuery): Promise<Result<EventList>>;
  /**
   * Like `listEvents`, but waits up to `waitMs` (at most 30,000) for the first event when there is none yet.
   * `after: null` = the end of the log: answers at once, with no events and the position to wait behind.
   */
  awaitEvents(
    orgId: string,
    query: Omit<EventQuery, "after"> & { after: number | null; waitMs: number },
  ): Promise<Result<EventList>>;
}
