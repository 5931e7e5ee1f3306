/** An account's settings and its picture: privacy, block list, status, business profile. */
import { phoneDigits } from "../jid.ts";
import type { Router } from "../router.ts";
import { bytesOf, child, children, stanza } from "../stanza.ts";

/** Every privacy setting, as a new account has it: visible to everyone, receipts on. */
export const OPEN_PRIVACY: readonly (readonly [string, string])[] = [
  "last",
  "online",
  "profile",
  "status",
  "readreceipts",
  "groupadd",
  "calladd",
  "messages",
].map((name) => [name, "all"] as const);

export function registerProfile(router: Router): void {
  router.iq("privacy", "get", "privacy", ({ origin: { companion }, reply }) => {
    const categories = [...companion.account.privacy].map(([name, value]) => stanza("category", { name, value }));
    reply([stanza("privacy", {}, categories)]);
  });
  router.iq("privacy", "set", "privacy", ({ origin: { companion }, query, reply }) => {
    for (const { attrs } of children(query, "category"))
      companion.account.privacy.set(attrs.name ?? "", attrs.value ?? "");
    reply();
  });
  // Tokens for trusted contacts: taken, and none given in return.
  router.iq("privacy", "set", "tokens", ({ reply }) => reply());
  router.iq("blocklist", "get", "*", ({ origin: { companion }, reply }) => {
    const items = [...companion.account.blocked].map((account) => stanza("item", { jid: account.address("lid") }));
    reply([stanza("list", {}, items)]);
  });
  router.iq("blocklist", "set", "item", ({ origin: { companion, simulation }, query, reply, fail }) => {
    const account = simulation.accounts.find(query.attrs.jid);
    if (!account) {
      fail(404, "item-not-found");
      return;
    }
    if (query.attrs.action === "block") companion.account.blocked.add(account);
    else companion.account.blocked.delete(account);
    reply();
  });
  router.iq("status", "set", "status", ({ origin: { companion }, query, reply }) => {
    companion.account.status = bytesOf(query).toString("utf8");
    reply();
  });
  router.iq("disappearing_mode", "set", "*", ({ reply }) => reply());
  router.iq("w:biz", "get", "business_profile", ({ reply }) => reply([stanza("business_profile")]));
  router.iq("w:profile:picture", "get", "picture", ({ origin: { simulation }, iq, reply, fail }) => {
    const url = simulation.accounts.find(iq.attrs.target)?.pictureUrl;
    if (url === undefined) fail(404, "item-not-found");
    else
      reply([
        stanza("picture", {
          id: phoneDigits(iq.attrs.target ?? "0"),
          type: "image",
          url,
          direct_path: new URL(url).pathname,
        }),
      ]);
  });
  router.iq("w:profile:picture", "set", "*", ({ origin: { companion }, iq, reply }) => {
    companion.account.picture = bytesOf(child(iq, "picture"));
    reply();
  });
}
