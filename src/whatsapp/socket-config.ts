/** How Baileys' socket is set up, as far as it needs nothing of the session. */
import type { UserFacingSocketConfig } from "./baileys.ts";
import { Browsers, DEFAULT_CONNECTION_CONFIG, WA_CERT_DETAILS } from "./baileys.ts";
import { baileysLogger } from "./baileys-logger.ts";
import type { SessionDeps, WhatsAppEndpoint, WhatsAppVersion } from "./session.ts";

/** WhatsApp's web client pings every 15–30 s; silence for one interval plus 5 s ends the session (408). */
const KEEP_ALIVE_MS = 20_000;
/** Milliseconds to wait for the upgrade, the handshake and each frame to be taken. */
const CONNECT_TIMEOUT_MS = 20_000;
/** Milliseconds an IQ may stay unanswered. */
const QUERY_TIMEOUT_MS = 30_000;
/** The version of WhatsApp Web that Baileys was released with, and claims unless told otherwise. */
export const USUAL_VERSION: WhatsAppVersion = DEFAULT_CONNECTION_CONFIG.version;
/** The key that signs WhatsApp's certificate chain, kept because an override replaces it in Baileys' constant. */
const WHATSAPP_ROOT_KEY = Buffer.from(WA_CERT_DETAILS.PUBLIC_KEY);

/** Also sets whose certificates are trusted: in Baileys that is a constant of the program. */
export function socketConfig(endpoint: WhatsAppEndpoint, deps: SessionDeps): Omit<UserFacingSocketConfig, "auth"> {
  WA_CERT_DETAILS.PUBLIC_KEY = endpoint.rootKey ? Buffer.from(endpoint.rootKey) : WHATSAPP_ROOT_KEY;
  return {
    ...DEFAULT_CONNECTION_CONFIG,
    waWebSocketUrl: endpoint.url,
    ...(endpoint.version === null ? {} : { version: [...endpoint.version] }),
    logger: baileysLogger(deps.warn),
    // A desktop identity is closed with 428 before any QR since July 2026; Chrome on macOS is what Baileys ships.
    browser: Browsers.macOS("Chrome"),
    keepAliveIntervalMs: KEEP_ALIVE_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    defaultQueryTimeoutMs: QUERY_TIMEOUT_MS,
    // Our store commits synchronously: a failed write stays failed, waiting would only hide it.
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    // Baileys would delete the Signal session with a contact whose message cannot be read twice. What is under way in that
    // session could never be read then, and its first message, should it come again, would start it from an old state.
    // The second request for a copy carries our keys, upon which the contact starts a new session; the old one stays.
    enableAutoSessionRecreation: false,
    emitOwnEvents: false,
    markOnlineOnConnect: deps.markOnline(),
    syncFullHistory: false,
    // Baileys would take a whole history into memory; ours is read in pieces (history/), after its receipt.
    shouldSyncHistoryMessage: () => false,
  };
}
