/** What Baileys' errors say: a connection that is gone, a question that WhatsApp refused, or did not answer. */
import { RequestRefusedError } from "./session.ts";

/** Baileys' error for a connection that is gone carries this status (DisconnectReason.connectionClosed). */
const CONNECTION_CLOSED = 428;
/** … and this one for a query without an answer (DisconnectReason.timedOut). */
const TIMED_OUT = 408;

/** The status of Baileys' (Boom) errors. */
export function statusOf(error: unknown): number | null {
  const status = (error as { output?: { statusCode?: unknown } } | undefined)?.output?.statusCode;
  return typeof status === "number" ? status : null;
}

export const isConnectionClosed = (error: unknown): boolean => statusOf(error) === CONNECTION_CLOSED;

/** Baileys' error for an `<error>` answer has WhatsApp's code as its data, and none for a query that timed out. */
export function codeOf(error: unknown): number | null {
  const code = (error as { data?: unknown } | undefined)?.data;
  return typeof code === "number" ? code : null;
}

/** The error as WhatsApp's refusal of a question, or its silence; any other error as it is. */
export function asRefusal(error: unknown): unknown {
  const code = codeOf(error);
  return code !== null || statusOf(error) === TIMED_OUT ? new RequestRefusedError(code) : error;
}

/** Baileys' error for a message that it could encrypt for none of its recipients: WhatsApp did not tell their keys. */
export const reachedNobody = (error: unknown): boolean =>
  statusOf(error) === 500 && error instanceof Error && error.message === "All encryptions failed";
