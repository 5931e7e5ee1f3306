/** What became of a message to a group: as far as everybody in it has come, as phones show it. */
import type { ReceiptUpdate } from "../whatsapp/session.ts";

type Status = ReceiptUpdate["status"];

const STEPS: readonly Status[] = ["delivered", "read", "played"];

/**
 * @param seen the furthest receipt of each person, by the address it came from
 * @param members who else is in the group, each under all known addresses
 * @returns null until everybody has it
 */
export function groupStatus(seen: Readonly<Record<string, Status>>, members: readonly string[][]): Status | null {
  const steps = members.map((jids) => Math.max(...jids.map((jid) => step(seen[jid]))));
  return STEPS[Math.min(...steps)] ?? null;
}

const step = (status: Status | undefined): number => (status === undefined ? -1 : STEPS.indexOf(status));
