/** What became of a message to a group: as far as everybody in it to whom it was sent, as phones show it. */
import type { Reach } from "../store/receipts-table.ts";
import type { ReceiptUpdate } from "../whatsapp/session.ts";

type Status = ReceiptUpdate["status"];

const STEPS: readonly Status[] = ["delivered", "read", "played"];

/**
 * @param seen the furthest of each person to whom it was sent, by address; who joined later is not among them
 * @param members who else is in the group, each under all known addresses
 * @returns null until everybody has it
 */
export function groupStatus(seen: Readonly<Record<string, Reach>>, members: readonly string[][]): Status | null {
  const addressed = members.filter((jids) => jids.some((jid) => seen[jid] !== undefined));
  const steps = addressed.map((jids) => Math.max(...jids.map((jid) => step(seen[jid]))));
  return STEPS[Math.min(...steps)] ?? null;
}

const step = (reach: Reach = "sent"): number => (reach === "sent" ? -1 : STEPS.indexOf(reach));
