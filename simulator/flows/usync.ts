/** Questions about users: do they exist, which devices have they, what is their hidden id (LID). */
import type { BinaryNode } from "@whiskeysockets/baileys";
import type { Account } from "../accounts.ts";
import type { Companion } from "../companion.ts";
import { parseAddress, phoneDigits } from "../jid.ts";
import type { Router } from "../router.ts";
import type { Simulation } from "../simulation.ts";
import { child, children, stanza, textOf } from "../stanza.ts";

export function registerUsync(router: Router): void {
  router.iq("usync", "get", "usync", ({ origin: { simulation, companion }, query, reply }) => {
    const asked = children(child(query, "query")).map(({ tag }) => tag);
    const users = children(child(query, "list"), "user").map((user) => answer(simulation, companion, user, asked));
    const attrs = {
      sid: query.attrs.sid,
      index: "0",
      last: "true",
      mode: query.attrs.mode,
      context: query.attrs.context,
    };
    reply([stanza("usync", attrs, [stanza("result"), stanza("list", {}, users)])]);
  });
}

/**
 * One user's answer, under the jid that was asked for (a question by phone number has no jid and gets the number's).
 * Every known number has a LID, and only a question under a number is told it; an unknown number has no devices.
 */
function answer(simulation: Simulation, asker: Companion, user: BinaryNode, asked: string[]): BinaryNode {
  const number = textOf(child(user, "contact"));
  const jid = user.attrs.jid ?? `${phoneDigits(number)}@s.whatsapp.net`;
  const account = simulation.accounts.find(jid);
  const byNumber = parseAddress(jid)?.addressing === "pn";
  const parts: BinaryNode[] = [];
  for (const protocol of asked) {
    if (protocol === "devices") {
      account?.watchers.add(asker);
      parts.push(stanza("devices", {}, [stanza("device-list", {}, account ? deviceList(account) : [])]));
    } else if (protocol === "lid" && account && byNumber) {
      parts.push(stanza("lid", { val: account.address("lid") }));
    } else if (protocol === "contact") {
      parts.push(stanza("contact", { type: account ? "in" : "out" }, Buffer.from(number)));
    } else if (protocol === "status" && account) {
      parts.push(stanza("status", { t: "0" }, Buffer.from(account.status)));
    }
  }
  return stanza("user", { jid }, parts);
}

/** A linked device counts only with its key-index. */
function deviceList(account: Account): BinaryNode[] {
  const linked = [...account.companions.keys()].map((id) => stanza("device", { id: `${id}`, "key-index": `${id}` }));
  return [stanza("device", { id: "0" }), ...linked];
}
