import { refuse } from "../errors.ts";
import type { Connection } from "../store/instance-table.ts";
import { RequestRefusedError, SessionClosedError } from "../whatsapp/session.ts";

/** When a caller is told to try again, milliseconds (ours): most reconnects have succeeded by then. */
const RETRY_AFTER_MS = 5_000;

/** The refusal of what needs a number that is online, with what to do in the state it is in. */
export function notConnected({ phase, linked }: Connection) {
  if (phase !== "idle") {
    return refuse("not_connected", "The number is connecting to WhatsApp.", {
      hint: linked ? "Try again in a few seconds." : "Scan the QR or enter the pairing code first.",
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
  return refuse("not_connected", "The number is not connected to WhatsApp.", {
    hint: linked ? "Call POST …/connect first." : "Link it first: POST …/connect, then GET …/qr.",
  });
}

/** Why a question to WhatsApp got no answer, as the caller is told. @throws what is no failure of a question */
export function notAnswered(error: unknown, connection: Connection) {
  if (error instanceof SessionClosedError) return notConnected(connection);
  if (!(error instanceof RequestRefusedError)) throw error;
  const said = error.code === null ? "did not answer" : `answered ${error.code}`;
  return refuse("unavailable", `WhatsApp ${said} when it was asked; nothing was sent.`, {
    hint: "Try again in a few seconds.",
    retryAfterMs: RETRY_AFTER_MS,
  });
}
