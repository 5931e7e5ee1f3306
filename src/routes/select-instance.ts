/** Which number writes when the caller names no instance. */
import type { InstanceRpc } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import type { Services } from "../middleware/app-env.ts";
import { mayUse, type Principal } from "../middleware/principal.ts";

/** Connected instances that are asked when they last spoke with the recipient: each is one call to an object. */
const MOST_ASKED = 100;

interface Selection {
  orgId: string;
  services: Pick<Services, "directory" | "instance">;
  principal: Principal;
  /** Digits or a chat id. */
  to: string;
  /** Digits. */
  fromPhone?: string | undefined;
}

/**
 * The instance linked to `fromPhone`; without it the connected one that last spoke with the recipient, else the first
 * connected one. `not_found` when no connected instance has that phone, `not_connected` when none is connected.
 */
export async function selectInstance({
  orgId,
  services,
  principal,
  to,
  fromPhone,
}: Selection): Promise<Result<{ id: string; instance: InstanceRpc }>> {
  const directory = services.directory(orgId);
  const chosen = (id: string) => ok({ id, instance: services.instance(orgId, id) });
  if (fromPhone !== undefined) {
    const found = await directory.findByPhone(fromPhone);
    if (found?.status === "connected" && mayUse(principal, found.id)) return chosen(found.id);
    return refuse("not_found", `No connected instance has the number ${fromPhone}; nothing was sent.`, {
      hint: "Leave from_phone out, or connect that number first.",
    });
  }
  const connected = await directory.list({ limit: MOST_ASKED, status: "connected" });
  const instances = connected.instances.filter(({ id }) => mayUse(principal, id));
  const [first] = instances;
  if (!first) {
    return refuse("not_connected", "No instance is connected to WhatsApp; nothing was sent.", {
      hint: "Create an instance, link it, and try again.",
    });
  }
  if (instances.length === 1) return chosen(first.id);
  const spoken = await Promise.all(
    instances.map(async ({ id }) => {
      const last = await services.instance(orgId, id).lastSpoke(orgId, to);
      return { id, at: last.ok ? (last.value ?? 0) : 0 };
    }),
  );
  const latest = spoken.reduce((best, next) => (next.at > best.at ? next : best), { id: first.id, at: 0 });
  return chosen(latest.id);
}
