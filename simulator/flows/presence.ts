/** Who is available and who is typing. */
import type { Account } from "../accounts.ts";
import { type Addressing, parseAddress } from "../jid.ts";
import type { Router } from "../router.ts";
import { children, stanza, unixSeconds } from "../stanza.ts";

/** `recording` is composing with the medium "audio". */
export type ChatState = "composing" | "recording" | "paused";
export type Presence = "available" | "unavailable";

export function registerPresence(router: Router): void {
  router.stanza("presence", ({ simulation, connection, companion }, { attrs }) => {
    const { type, to, name } = attrs;
    // Written by Baileys it is an address (JID), which no name is.
    if (name?.includes("@")) simulation.violated("name-as-address", connection.owner, name);
    if (type === "available" || type === "unavailable") {
      companion.presence = type;
      spreadPresence(companion.account, type);
    } else if (type === "subscribe") {
      const account = simulation.accounts.find(to);
      account?.presenceSubscribers.set(companion, parseAddress(to)?.addressing ?? "pn");
      if (account) connection.send(stanza("presence", { from: to, type: presenceOf(account) }));
    }
  });
  router.stanza("chatstate", ({ simulation, companion }, node) => {
    const account = simulation.accounts.find(node.attrs.to);
    const first = children(node)[0];
    if (!account || !first) return;
    const state = first.tag === "composing" && first.attrs.media === "audio" ? "recording" : first.tag;
    account.handset.chatStates.push({ from: companion.account.phone, state });
    const addressing = parseAddress(node.attrs.to)?.addressing ?? "pn";
    sendChatState(companion.account, account, addressing, state);
  });
}

/** Tells an account's linked devices that someone is typing to them. */
export function sendChatState(from: Account, to: Account, addressing: Addressing, state: string): void {
  const child = state === "recording" ? stanza("composing", { media: "audio" }) : stanza(state);
  for (const companion of to.companions.values()) {
    companion.tell(stanza("chatstate", { from: from.address(addressing) }, [child]));
  }
}

/** Tells everyone who subscribed to the account's presence. */
export function spreadPresence(account: Account, type: Presence): void {
  const last = type === "unavailable" ? unixSeconds() : undefined;
  for (const [companion, addressing] of account.presenceSubscribers) {
    companion.tell(stanza("presence", { from: account.address(addressing), type, last }));
  }
}

/** An account is available when its phone or any of its linked devices says so. */
export function presenceOf(account: Account): Presence {
  const devices = [account.handset.presence, ...[...account.companions.values()].map(({ presence }) => presence)];
  return devices.includes("available") ? "available" : "unavailable";
}
