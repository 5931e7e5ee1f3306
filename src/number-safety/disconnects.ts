/** Which lost connections say something about how WhatsApp sees the number. */
import type { RiskKind } from "./health.ts";

/**
 * Codes as in the table of disconnect reasons. What is missing says nothing: 515 after linking, another login (440), an
 * outdated client (405, 409), a link nobody scanned, and whatever we closed ourselves (which never gets here).
 */
const KINDS: Readonly<Record<string, RiskKind>> = {
  banned: "forbidden",
  temporarily_banned: "forbidden",
  logged_out: "logged_out",
  timed_out: "disconnect",
  connection_closed: "disconnect",
  connection_lost: "disconnect",
  server_error: "disconnect",
  server_busy: "disconnect",
};

/** @param reason the stable word of the disconnect. @returns null when it is no sign of risk */
export const riskOfDisconnect = (reason: string): RiskKind | null => KINDS[reason] ?? null;
