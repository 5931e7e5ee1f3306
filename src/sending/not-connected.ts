import { refuse } from "../errors.ts";
import type { Connection } from "../store/instance-table.ts";

/** The refusal of what needs a number that is online, with what to do in the state it is in. */
export function notConnected({ phase, linked }: Connection) {
  if (phase !== "idle") {
    return refuse("not_connected", "The number is connecting to WhatsApp.", {
      hint: linked ? "Try again in a few seconds." : "Scan the QR or enter the pairing code first.",
      retryAfterMs: 5_000,
    });
  }
  return refuse("not_connected", "The number is not connected to WhatsApp.", {
    hint: linked ? "Call POST …/connect first." : "Link it first: POST …/connect, then GET …/qr.",
  });
}
