/**
 * What each way of losing the connection means: the one table that decides whether to reconnect, what the user is told
 * and what is forgotten. Codes as Baileys rc14 closes with them and as whatsmeow names them (`ConnectFailure*`).
 */
import type { SessionEnd } from "./session.ts";

/** `at_once` = same credentials, no delay; `back_off` = jittered exponential delay; `stop` = until somebody asks. */
export type Reconnect = "at_once" | "back_off" | "stop";

export interface DisconnectReason {
  /** Stable word for the API and the logs. */
  reason: string;
  reconnect: Reconnect;
  /** One sentence for people. */
  message: string;
  /** True when the stored credentials are worthless: they are wiped and the number must be linked again. */
  clearAuth: boolean;
}

/** WhatsApp refuses the version of its client that this deployment claims to be. */
export const OUTDATED = "client_outdated";

type Row = readonly [reason: string, reconnect: Reconnect, message: string, clearAuth?: "clear"];

const BY_CODE: Readonly<Record<number, Row>> = {
  401: ["logged_out", "stop", "The phone removed this device; link the number again.", "clear"],
  402: [
    "temporarily_banned",
    "stop",
    "WhatsApp has banned this number for a time; open WhatsApp on the phone to see why.",
  ],
  403: ["banned", "stop", "WhatsApp refuses this account; open WhatsApp on the phone to see why."],
  405: [
    OUTDATED,
    "stop",
    "WhatsApp no longer accepts this client version; update Wasup Edge, or set WHATSAPP_VERSION. A linked number then connects by itself within the hour.",
  ],
  406: ["logged_out", "stop", "WhatsApp no longer knows this device; link the number again.", "clear"],
  408: ["timed_out", "back_off", "WhatsApp did not answer in time."],
  409: ["client_refused", "stop", "WhatsApp refuses this client; update Wasup Edge."],
  411: [
    "multi_device_mismatch",
    "stop",
    "This account cannot be used with linked devices; update WhatsApp on the phone.",
  ],
  428: ["connection_closed", "back_off", "The connection to WhatsApp was closed."],
  440: [
    "replaced",
    "stop",
    "Another connection took over this device, such as a copy of its session; connect takes it back.",
  ],
  500: ["server_error", "back_off", "WhatsApp reported an internal error."],
  503: ["server_busy", "back_off", "WhatsApp is not available at the moment."],
  515: ["restart_required", "at_once", "WhatsApp asked for a new connection."],
};

/** Baileys' words when the server's certificate chain is not signed as it must be (noise-handler.js). */
const CERTIFICATE_REFUSED = /certifica(te|tion)/i;

/** Baileys' words when all six QR references were shown and none was scanned (socket.js, code 408). */
const QR_EXPIRED = /QR refs attempts ended/i;

const explain = ([reason, reconnect, message, clear]: Row): DisconnectReason => ({
  reason,
  reconnect,
  message,
  clearAuth: clear === "clear",
});

/** A setting of this deployment is wrong: no session was opened. */
export const MISCONFIGURED = "misconfigured";

/** The session answered pings and nothing else; we closed it. */
export const DEAF = "deaf";

/** @returns the row for this end; whatever is unknown backs off, because a connection is what the user wants. */
export function explainDisconnect(end: SessionEnd): DisconnectReason {
  if (QR_EXPIRED.test(end.text)) {
    return explain(["link_expired", "stop", "Nobody scanned the QR or entered the code in time; connect again."]);
  }
  if (end.code === 400 && CERTIFICATE_REFUSED.test(end.text)) {
    return explain([
      "server_not_trusted",
      "back_off",
      "The server could not prove that it is WhatsApp; nothing was sent to it.",
    ]);
  }
  if (end.text === MISCONFIGURED) {
    return explain(["misconfigured", "stop", "A setting of this deployment is wrong; any call of the API says which."]);
  }
  if (end.text === DEAF) {
    return explain(["unresponsive", "at_once", "WhatsApp answered pings but nothing else; a new connection is made."]);
  }
  const row = end.code === null ? undefined : BY_CODE[end.code];
  return explain(row ?? ["connection_lost", "back_off", "The connection to WhatsApp broke."]);
}
