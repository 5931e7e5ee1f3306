/** Calls, as far as their ringing: nobody answers them here. */
import { randomBytes } from "node:crypto";
import type { Account } from "../accounts.ts";
import { stanza, unixSeconds } from "../stanza.ts";

/** Every linked device of the called account rings; gives the call's id. */
export function ringDevices(caller: Account, called: Account, video: boolean): string {
  const id = randomBytes(16).toString("hex").toUpperCase();
  const attrs = { "call-id": id, "call-creator": caller.address("lid"), caller_pn: caller.address("pn") };
  const offer = stanza("offer", attrs, video ? [stanza("video")] : [stanza("audio")]);
  const call = stanza("call", { from: caller.address("lid"), id: randomBytes(8).toString("hex"), t: unixSeconds() }, [
    offer,
  ]);
  for (const companion of called.companions.values()) companion.deliver(call);
  return id;
}
