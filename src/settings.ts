/**
 * The deployment's settings: plain strings from vars and secrets, read once and checked. A wrong one refuses every
 * request with its name and the remedy; a value never appears in an answer or a log, since it may be a secret.
 */
import { Buffer } from "node:buffer";
import { z } from "zod";
import { ok, type Result, refuse } from "./errors.ts";
import { isLoopbackHost, parseTargetUrl } from "./schemas/target-url.ts";

/** The settings as the platform hands them over; each is optional. */
export interface SettingsSource {
  API_KEY?: string | undefined;
  WEBHOOK_URL?: string | undefined;
  PUBLIC_URL?: string | undefined;
  WHATSAPP_URL?: string | undefined;
  WHATSAPP_ROOT_KEY?: string | undefined;
  WHATSAPP_MEDIA_ORIGIN?: string | undefined;
  MEDIA_MAX_BYTES?: string | undefined;
  RETENTION_DAYS?: string | undefined;
  WEBHOOK_RETRY_SCALE?: string | undefined;
  WHATSAPP_VERSION?: string | undefined;
  RECONNECT_JITTER_SECONDS?: string | undefined;
  CORS_ORIGINS?: string | undefined;
}

/** WhatsApp Web's WebSocket, the server of every real number. */
export const DEFAULT_WHATSAPP_URL = "wss://web.whatsapp.com/ws/chat";
const DEFAULT_MEDIA_MAX_BYTES = 100 * 1024 * 1024;
/** WhatsApp takes documents up to 2 GiB. */
const LARGEST_MEDIA_MAX_BYTES = 2 * 1024 * 1024 * 1024;
const DEFAULT_RETENTION_DAYS = 30;
/** Spreads the logins of a deployment that was replaced; the longest wait is one heartbeat. */
const DEFAULT_RECONNECT_JITTER_SECONDS = 30;

/** A version of WhatsApp Web, `2.3000.1023223821` in parts. */
export type WhatsAppVersion = [number, number, number];

/** The parsed settings. */
export interface Settings {
  /** The administrator's key; null = the deployment is open to everyone who can reach it. */
  apiKey: string | null;
  /** Webhook of instances without their own. */
  webhookUrl: string | null;
  /** Base of links in answers and webhooks, without a trailing slash; null = the request's origin. */
  publicUrl: string | null;
  whatsAppUrl: string;
  /** 64 hexadecimal digits; null = WhatsApp's own key. */
  whatsAppRootKey: string | null;
  whatsAppMediaOrigin: string | null;
  mediaMaxBytes: number;
  retentionDays: number;
  /** Multiplies the waits between the attempts of a delivery; below 1 only beside a simulator. */
  webhookRetryScale: number;
  /** The version of WhatsApp Web to claim; null = the one that Baileys was released with. */
  whatsAppVersion: WhatsAppVersion | null;
  /** Over how long the numbers of a deployment that was replaced connect again, milliseconds. */
  reconnectJitterMs: number;
  /** Origins whose pages may read the API's answers; empty = none but its own. */
  corsOrigins: string[];
}

/** An empty variable means "not set", as in most environment files. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === "string" && value.trim() === "" ? undefined : value), schema.optional());

const url = (remedy: string, protocols: readonly string[]) =>
  z.string(remedy).refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), remedy);

const integer = (remedy: string, min: number, max: number) =>
  z
    .string(remedy)
    .regex(/^\d{1,15}$/, remedy)
    .transform(Number)
    .refine((value) => value >= min && value <= max, remedy);

const ORIGIN_REMEDY = "must be origins such as https://app.example.com, separated by commas";

/** `https://app.example.com`: no path, no `*`, nothing that would match more than one. */
const isOrigin = (text: string): boolean =>
  URL.canParse(text) &&
  /^https?:$/.test(new URL(text).protocol) &&
  new URL(text).origin === text &&
  !text.includes("*");

const SettingsSchema = z.object({
  // Not `optional`: an empty key must not silently open the deployment.
  API_KEY: z
    .string("must be a text")
    .trim()
    .min(1, "is empty: set a key (openssl rand -hex 32), or remove it to run without one")
    .regex(/^[\x21-\x7e]*$/, "must consist of visible ASCII characters without spaces, because it travels in a header")
    .optional(),
  WEBHOOK_URL: optional(
    z.string("must be a text").superRefine((text, context) => {
      const target = parseTargetUrl(text);
      if (!target.ok) context.addIssue({ code: "custom", message: `is not a usable webhook. ${target.message}` });
    }),
  ),
  PUBLIC_URL: optional(
    url("must be the base URL of this deployment, such as https://wa.example.com", ["https:", "http:"]),
  ),
  WHATSAPP_URL: optional(url("must be a WebSocket URL such as ws://127.0.0.1:8080/ws/chat", ["ws:", "wss:"])),
  WHATSAPP_ROOT_KEY: optional(
    z.string("must be a text").regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits (a 32-byte public key)"),
  ),
  WHATSAPP_MEDIA_ORIGIN: optional(url("must be an origin such as http://127.0.0.1:8081", ["https:", "http:"])),
  MEDIA_MAX_BYTES: optional(
    integer(`must be a number of bytes from 1 to ${LARGEST_MEDIA_MAX_BYTES}`, 1, LARGEST_MEDIA_MAX_BYTES),
  ),
  RETENTION_DAYS: optional(integer("must be a number of days from 1 to 3650", 1, 3_650)),
  WEBHOOK_RETRY_SCALE: optional(
    z
      .string("must be a text")
      .transform(Number)
      .refine((value) => value > 0 && value <= 1, "must be a number above 0 and up to 1, such as 0.001"),
  ),
  WHATSAPP_VERSION: optional(
    z
      .string("must be a text")
      .regex(/^\d{1,3}\.\d{1,6}\.\d{1,10}$/, "must be a version of WhatsApp Web such as 2.3000.1023223821")
      .transform((text) => text.split(".").map(Number) as WhatsAppVersion),
  ),
  RECONNECT_JITTER_SECONDS: optional(integer("must be a number of seconds from 0 to 300", 0, 300)),
  CORS_ORIGINS: optional(
    z
      .string("must be a text")
      .transform((text) => text.split(",").map((origin) => origin.trim()))
      .refine((origins) => origins.every(isOrigin), ORIGIN_REMEDY),
  ),
});

function parseSettings(source: SettingsSource): Result<Settings> {
  const parsed = SettingsSchema.safeParse(source);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? "A setting");
    return refuse("misconfigured", `The setting ${name} ${issue?.message ?? "is not valid"}`, {
      hint: `Correct ${name} in wrangler.toml, in .dev.vars or with "npx wrangler secret put ${name}", then deploy again`,
    });
  }
  const values = parsed.data;
  if (values.WEBHOOK_RETRY_SCALE !== undefined && !isLoopbackUrl(values.WHATSAPP_URL ?? "")) {
    return refuse("misconfigured", "The setting WEBHOOK_RETRY_SCALE is only honoured beside a simulator", {
      hint: "Remove WEBHOOK_RETRY_SCALE: receivers of real messages need the time between attempts",
    });
  }
  // Beside a simulator there is nobody to be considerate of.
  const jitter = isLoopbackUrl(values.WHATSAPP_URL ?? "") ? 0 : DEFAULT_RECONNECT_JITTER_SECONDS;
  return ok({
    apiKey: values.API_KEY ?? null,
    webhookUrl: values.WEBHOOK_URL ?? null,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    whatsAppUrl: values.WHATSAPP_URL ?? DEFAULT_WHATSAPP_URL,
    whatsAppRootKey: values.WHATSAPP_ROOT_KEY?.toLowerCase() ?? null,
    whatsAppMediaOrigin: values.WHATSAPP_MEDIA_ORIGIN ?? null,
    mediaMaxBytes: values.MEDIA_MAX_BYTES ?? DEFAULT_MEDIA_MAX_BYTES,
    retentionDays: values.RETENTION_DAYS ?? DEFAULT_RETENTION_DAYS,
    webhookRetryScale: values.WEBHOOK_RETRY_SCALE ?? 1,
    whatsAppVersion: values.WHATSAPP_VERSION ?? null,
    reconnectJitterMs: (values.RECONNECT_JITTER_SECONDS ?? jitter) * 1_000,
    corsOrigins: values.CORS_ORIGINS ?? [],
  });
}

const cache = new WeakMap<SettingsSource, Result<Settings>>();

/** The settings of `source`, parsed at the first call for each such object; `misconfigured` names the wrong one. */
export function readSettings(source: SettingsSource): Result<Settings> {
  const cached = cache.get(source);
  if (cached !== undefined) return cached;
  const settings = parseSettings(source);
  cache.set(source, settings);
  return settings;
}

/** Where a session connects to. */
export interface WhatsAppEndpoint {
  url: string;
  /** Public key that signs the server's certificate chain, 32 bytes; null = WhatsApp's own. */
  rootKey: Uint8Array | null;
  /** Replaces `https://<media host>` for uploads and downloads; null = WhatsApp's hosts. */
  mediaOrigin: string | null;
  /** The version of WhatsApp Web to claim; null = Baileys' own. */
  version: WhatsAppVersion | null;
}

/** True when the URL names this machine and nothing else; credentials are refused because they hide the host. */
function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return username === "" && password === "" && isLoopbackHost(hostname);
}

const onlyLoopback = (name: string) =>
  refuse("misconfigured", `The setting ${name} is only honoured when it points at this machine`, {
    hint: `Remove ${name} to talk to WhatsApp itself, or use a host of 127.0.0.0/8, localhost or [::1]`,
  });

/**
 * The WhatsApp server to use. The overrides exist for a simulator on the same machine: pointing them elsewhere would
 * hand every session of the deployment to a stranger's server, so anything but a loopback host is refused.
 */
export function whatsAppEndpoint(
  settings: Pick<Settings, "whatsAppUrl" | "whatsAppRootKey" | "whatsAppMediaOrigin" | "whatsAppVersion">,
): Result<WhatsAppEndpoint> {
  const { whatsAppUrl, whatsAppRootKey, whatsAppMediaOrigin, whatsAppVersion: version } = settings;
  const isOverridden = whatsAppUrl !== DEFAULT_WHATSAPP_URL;
  if (isOverridden && !isLoopbackUrl(whatsAppUrl)) return onlyLoopback("WHATSAPP_URL");
  if (whatsAppRootKey !== null && !isOverridden) {
    return refuse(
      "misconfigured",
      "The setting WHATSAPP_ROOT_KEY is only honoured together with a loopback WHATSAPP_URL",
      {
        hint: "Remove WHATSAPP_ROOT_KEY, or set WHATSAPP_URL to the simulator's address",
      },
    );
  }
  if (whatsAppMediaOrigin !== null && !isLoopbackUrl(whatsAppMediaOrigin)) return onlyLoopback("WHATSAPP_MEDIA_ORIGIN");
  return ok({
    url: whatsAppUrl,
    rootKey: whatsAppRootKey === null ? null : Uint8Array.from(Buffer.from(whatsAppRootKey, "hex")),
    mediaOrigin: whatsAppMediaOrigin === null ? null : new URL(whatsAppMediaOrigin).origin,
    version,
  });
}
