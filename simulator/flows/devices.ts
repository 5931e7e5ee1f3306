/** Changes of an account's device list, told to everyone who keeps a copy of it. */
import { createHash, randomBytes } from "node:crypto";
import type { Account } from "../accounts.ts";
import type { Companion } from "../companion.ts";
import { stanza, unixSeconds } from "../stanza.ts";

/**
 * Tells the account's other devices, and every device that asked for the list, that `changed` was linked or removed.
 * Without it a client goes on with its own copy of the list for five minutes.
 */
export function tellDevicesChanged(account: Account, changed: Companion): void {
  const others = [...account.companions.values()].filter((companion) => companion !== changed);
  const hash = createHash("sha256")
    .update([...account.companions.keys()].join())
    .digest("base64")
    .slice(0, 6);
  for (const companion of new Set([...others, ...account.watchers])) {
    if (companion === changed) continue;
    const device = stanza("device", {
      jid: account.address("pn", changed.device),
      "key-index": `${changed.device}`,
    });
    companion.deliver(
      stanza(
        "notification",
        { from: account.address("pn"), type: "devices", id: randomBytes(6).toString("hex"), t: unixSeconds() },
        [stanza("update", { device_hash: `2:${hash}` }, [device])],
      ),
    );
  }
}
