/** What every handler finds in its context, and what the platform has to provide for it. */
import type { DirectoryRpc, InstanceRpc, LinkPreview } from "../durable/rpc.ts";
import type { MediaLibrary } from "../media/media-library.ts";
import type { Settings, SettingsSource } from "../settings.ts";
import type { Principal } from "./principal.ts";

/** How the app reaches the Durable Objects, the clock and chance; the Worker passes the real ones, tests their own. */
export interface Platform<Bindings extends SettingsSource> {
  /** The object of one number; both ids are validated before. */
  instanceStub(env: Bindings, orgId: string, instanceId: string): InstanceRpc;
  /** The object of one organisation. */
  directoryStub(env: Bindings, orgId: string): DirectoryRpc;
  /** True when the bucket for media answers. */
  storageWorks(env: Bindings): Promise<boolean>;
  /** The bucket's name, for people; null when it is not told. */
  storageName(env: Bindings): string | null;
  /** All that is done with files; `origin` is that of the call. */
  media(env: Bindings, settings: Settings, origin: string): MediaLibrary;
  /** The preview of a text's first link; null when there is none to be had. Never throws. */
  linkPreview(text: string, settings: Settings, origin: string): Promise<LinkPreview | null>;
  /** Counts a failed authentication of this address; false when there were too many. */
  mayFailAgain(env: Bindings, address: string): Promise<boolean>;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
}

/** `Platform` with the bindings of the current request filled in. */
export interface Services {
  instance(orgId: string, instanceId: string): InstanceRpc;
  directory(orgId: string): DirectoryRpc;
  media: MediaLibrary;
  linkPreview(text: string): Promise<LinkPreview | null>;
  storageWorks(): Promise<boolean>;
  storageName(): string | null;
  mayFailAgain(address: string): Promise<boolean>;
  now(): number;
  random(): number;
}

/** The type of the app and of every sub-app. Each middleware says which variables it sets. */
export interface AppEnv {
  Bindings: SettingsSource;
  Variables: {
    requestId: string;
    settings: Settings;
    services: Services;
    principal: Principal;
    /** The organisation the caller acts for. */
    orgId: string;
    /** Whether the document has an operation for this path and method; set before anything is done for the call. */
    isOperation?: boolean;
    /** What a management action concerned, where the path does not say it. */
    auditTarget: string | undefined;
    /** Hash of caller and `Idempotency-Key`; only while a call with such a key runs. */
    idempotencyId: string | undefined;
    /** Below `/api/instances/{instanceId}` only. */
    instanceId: string;
    instance: InstanceRpc;
    /** Set by a send that the number-safety rules held back, or that WhatsApp has not taken yet. */
    sending?: "held_back" | "pending";
  };
}
