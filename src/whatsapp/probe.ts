/** A question beyond a ping, to find out whether a session still reaches more than WhatsApp's edge. */
import type { WASocket } from "./baileys.ts";

/** Milliseconds to wait for the answer (ours); WhatsApp answers such questions within a second. */
const PATIENCE_MS = 10_000;

/** Asks how many one-time keys are left, as clients do at every login. @returns false when no answer came */
export async function answersProbe(socket: WASocket): Promise<boolean> {
  try {
    const count = { tag: "count", attrs: {} };
    const attrs = { to: "s.whatsapp.net", type: "get", xmlns: "encrypt" };
    // A query that timed out resolves without an answer.
    return (await socket.query({ tag: "iq", attrs, content: [count] }, PATIENCE_MS)) !== undefined;
  } catch (error) {
    // An error is an answer too, when it came from WhatsApp: it then has a code of its own.
    return typeof (error as { data?: unknown } | undefined)?.data === "number";
  }
}
