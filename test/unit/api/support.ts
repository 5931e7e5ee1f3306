/** The app in Node, on stand-ins for the Durable Objects: a test names the methods its route may call. */
import { buildApp } from "../../../src/app.ts";
import type { DirectoryRpc, InstanceRpc, InstanceView, LinkPreview, NewAuditEntry } from "../../../src/durable/rpc.ts";
import type { MediaLibrary } from "../../../src/media/media-library.ts";
import type { SettingsSource } from "../../../src/settings.ts";
import { assertDocumented } from "../../support/documented.ts";

export const NOW = Date.parse("2026-01-29T12:00:00.000Z");
export const QR_TEXT =
  "https://wa.me/settings/linked_devices#2@abcdefghijklmnopqrstuvwxyz,0123456789,ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The key of a deployment whose settings do not matter; its calls carry it. */
const KEY = "test-key";

interface World {
  media?: Partial<MediaLibrary>;
  /** Of every text. Left out: no text has one. */
  preview?: LinkPreview | null;
  instance?: Partial<InstanceRpc>;
  /** Instead of `instance`, for a test of several. */
  instanceOf?: (orgId: string, instanceId: string) => Partial<InstanceRpc>;
  directory?: Partial<DirectoryRpc>;
  now?: () => number;
  /** Left out: a deployment with a key, which every call carries. */
  env?: SettingsSource;
  /** Left out: failed authentications are not limited. */
  /** Left out: the bucket answers. */
  storageWorks?: () => Promise<boolean>;
  mayFailAgain?: (address: string) => boolean;
}

interface Call {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: NonNullable<RequestInit["body"]>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON, the text, or null for an empty body. */
  body: unknown;
}

/** A driver of the API: `call("GET /api/health")` gives status, headers and body; `named` lists the objects asked for, `audited` what the audit log got. */
export function api({
  instance = {},
  directory = {},
  env,
  mayFailAgain = () => true,
  storageWorks = async () => true,
  media = {},
  preview = null,
  instanceOf,
  now = () => NOW,
}: World = {}) {
  const named: string[] = [];
  const audited: NewAuditEntry[] = [];
  // A method that the test did not name is missing and fails the call with a TypeError: nothing answers by default.
  const app = buildApp({
    instanceStub: (_env, orgId, instanceId) => {
      named.push(`${orgId}/${instanceId}`);
      return (instanceOf?.(orgId, instanceId) ?? instance) as InstanceRpc;
    },
    directoryStub: (_env, orgId) =>
      new Proxy(
        { recordAction: async (entry: NewAuditEntry) => void audited.push(entry), ...directory } as DirectoryRpc,
        {
          get(target, method, receiver) {
            if (method !== "recordAction") named.push(orgId);
            return Reflect.get(target, method, receiver);
          },
        },
      ),
    storageWorks,
    storageName: () => "wasup-media",
    media: () => media as MediaLibrary,
    linkPreview: async () => preview,
    mayFailAgain: async (_env, address) => mayFailAgain(address),
    now,
    random: () => 0.5,
  });
  async function request(target: string, { headers = {}, json, body }: Call = {}): Promise<Response> {
    const [method = "", path = ""] = target.split(" ");
    const content = json === undefined ? body : JSON.stringify(json);
    const type: Record<string, string> = json === undefined ? {} : { "Content-Type": "application/json" };
    const key: Record<string, string> = env === undefined ? { "X-API-Key": KEY } : {};
    const init: RequestInit = { method, headers: { ...key, ...type, ...headers } };
    if (content !== undefined) Object.assign(init, { body: content, duplex: "half" });
    return app.request(path, init, env ?? { API_KEY: KEY });
  }
  async function call(target: string, options?: Call): Promise<Answer> {
    const response = await request(target, options);
    const text = await response.text();
    const contentType = response.headers.get("Content-Type");
    const json = contentType?.startsWith("application/json") ? JSON.parse(text) : undefined;
    const [method = "", path = ""] = target.split(" ");
    assertDocumented(method, path, { status: response.status, contentType, json });
    return { status: response.status, headers: response.headers, body: text === "" ? null : (json ?? text) };
  }
  return { call, request, named, audited };
}

/** The parts of an error's body that a test compares; the request id differs every time. */
export function errorOf({ status, body }: Answer): Record<string, unknown> {
  const { requestId, ...rest } = body as Record<string, unknown>;
  return { status, hasRequestId: typeof requestId === "string" && requestId !== "", ...rest };
}

/** The paths in `issues`. */
export function issuePaths({ body }: Answer): string[] {
  const { issues = [] } = body as { issues?: { path: string }[] };
  return issues.map(({ path }) => path);
}

/** An instance that was created and never linked. */
export function view(changes: Partial<InstanceView> = {}): InstanceView {
  return {
    id: "wa_1",
    name: "Support",
    status: "disconnected",
    qr: null,
    pairingCode: null,
    connectedPhone: null,
    connectedAt: null,
    linked: false,
    lastDisconnect: null,
    webhookUrl: null,
    behaviorSettings: {},
    antiBanSettings: {},
    syncHistory: false,
    createdAt: "2026-01-29T11:00:00.000Z",
    ...changes,
  };
}

/** The same as the API shows it. */
export function shown(changes: Partial<InstanceView> = {}, qrCode: unknown = null): Record<string, unknown> {
  const { qr: _qr, ...rest } = view(changes);
  return { ...rest, qrCode };
}
