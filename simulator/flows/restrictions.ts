/** The limits WhatsApp puts on an account's new chats, which clients ask for in JSON ("mex"). */
import { randomBytes } from "node:crypto";
import { QueryIds, XWAPaths } from "@whiskeysockets/baileys";
import type { Account } from "../accounts.ts";
import type { Router } from "../router.ts";
import { SERVER_JID, stanza, unixSeconds } from "../stanza.ts";

/** While it lasts the account cannot write to people it has no chat with. */
export interface ReachOutLock {
  /** Unix seconds. */
  until: number;
  /** For example `BIZ_QUALITY` or `WEB_COMPANION_ONLY`. */
  type: string;
}

export function registerRestrictions(router: Router): void {
  router.iq("w:mex", "get", "query", ({ origin: { simulation, connection, companion }, iq, query, reply }) => {
    const data = answer(companion.account, query.attrs.query_id);
    if (data === undefined) simulation.leftUnhandled(connection, iq);
    reply([stanza("result", {}, Buffer.from(JSON.stringify({ data: data ?? {} })))]);
  });
}

/** Puts the lock on an account, or lifts it, and tells its linked devices. */
export function lockReachOut(account: Account, lock: ReachOutLock | undefined): void {
  account.reachOutLock = lock;
  const content = Buffer.from(JSON.stringify({ data: { xwa2_notify_account_reachout_timelock: describeLock(lock) } }));
  for (const companion of account.companions.values()) {
    companion.deliver(
      stanza("notification", { from: SERVER_JID, type: "mex", id: randomBytes(6).toString("hex"), t: unixSeconds() }, [
        stanza("update", { op_name: "NotificationUserReachoutTimelockUpdate" }, content),
      ]),
    );
  }
}

function answer(account: Account, queryId: string | undefined): Record<string, unknown> | undefined {
  if (queryId === QueryIds.REACHOUT_TIMELOCK) {
    return { [XWAPaths.xwa2_fetch_account_reachout_timelock]: describeLock(account.reachOutLock) };
  }
  if (queryId === QueryIds.MESSAGE_CAPPING_INFO) {
    return { [XWAPaths.xwa2_message_capping_info]: { total_quota: -1, used_quota: 0, capping_status: "NONE" } };
  }
  return undefined;
}

function describeLock(lock: ReachOutLock | undefined): Record<string, unknown> {
  return lock
    ? { is_active: true, time_enforcement_ends: `${lock.until}`, enforcement_type: lock.type }
    : { is_active: false, time_enforcement_ends: "0", enforcement_type: "DEFAULT" };
}
