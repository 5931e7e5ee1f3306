/** Which number writes when the caller names no instance. */
import type { DirectoryRpc, InstanceRpc } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import type { Services } from "../middleware/app-env.ts";
import { mayUse, type Principal } from "../middleware/principal.ts";

/**
 * Connected instances that are asked at the same time when they last spoke with the recipient. Each is one call to an
 * object that holds an open connection, so that none is woken; all are asked, this many after each other.
 */
const ASKED_AT_ONCE = 100;

interface Selection {
  orgId: string;
  services: Pick<Services, "directory" | "instance">;
  principal: Principal;
  /** Digits or a chat id. */
  to: string;
  /** Digits. */
  fromPhone?: string | undefined;
  /** A test gives a smaller number. */
  askedAtOnce?: number;
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
  askedAtOnce = ASKED_AT_ONCE,
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
  const pages = connectedInstances(directory, principal, askedAtOnce);
  const { value: firstPage } = await pages.next();
  const [first] = firstPage?.ids ?? [];
  if (!firstPage || first === undefined) {
    return refuse("not_connected", "No instance is connected to WhatsApp; nothing was sent.", {
      hint: "Create an instance, link it, and try again.",
    });
  }
  if (firstPage.ids.length === 1 && firstPage.isLast) return chosen(first);
  let latest = { id: first, at: 0 };
  const ask = async (ids: string[]): Promise<void> => {
    const spoken = await Promise.all(ids.map((id) => services.instance(orgId, id).lastSpoke(orgId, to)));
    for (const [index, last] of spoken.entries()) {
      const at = last.ok ? (last.value ?? 0) : 0;
      if (at > latest.at) latest = { id: ids[index] ?? first, at };
    }
  };
  await ask(firstPage.ids);
  for await (const { ids } of pages) await ask(ids);
  return chosen(latest.id);
}

/** Ids of all connected instances the caller may use, oldest first, page by page; the first page may be empty. */
async function* connectedInstances(directory: DirectoryRpc, { instances }: Principal, limit: number) {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<DirectoryRpc["list"]>> = await directory.list({
      limit,
      status: "connected",
      ...(instances && { ids: instances }),
      ...(cursor !== null && { cursor }),
    });
    cursor = page.next;
    yield { ids: page.instances.map(({ id }) => id), isLast: cursor === null };
  } while (cursor !== null);
}
