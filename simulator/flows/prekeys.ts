/** Public keys of devices: uploaded in stock, handed out to strangers, each one-time key once. */
import type { Companion } from "../companion.ts";
import { bundleNodes, isSignedBy, type KeyBundle, readBundle, readKeyList, readSignedKey } from "../key-bundle.ts";
import type { Router } from "../router.ts";
import type { Simulation } from "../simulation.ts";
import { child, children, SERVER_JID, stanza, unixSeconds } from "../stanza.ts";

export function registerPrekeys(router: Router): void {
  router.iq("encrypt", "get", "count", ({ origin: { companion }, reply }) =>
    reply([stanza("count", { value: `${companion.oneTimeKeys.length}` })]),
  );
  router.iq("encrypt", "set", "registration", ({ origin: { companion, simulation }, iq, reply, fail }) => {
    const uploaded = readBundle(iq, child(iq, "registration"));
    if (!companion.identity.equals(uploaded.identity)) {
      simulation.violated("identity-changed", nameOf(companion), "an upload under another identity key");
      fail(406, "not-acceptable");
    } else if (!isSignedBy(companion.identity, uploaded.signedKey)) {
      simulation.violated("bad-signature", nameOf(companion), "the signed key of an upload");
      fail(406, "not-acceptable");
    } else {
      companion.signedKey = uploaded.signedKey;
      const repeated = companion.addOneTimeKeys(readKeyList(child(iq, "list")));
      if (repeated.length > 0)
        simulation.violated("one-time-key-reused", nameOf(companion), `uploaded again: ${repeated}`);
      reply();
    }
  });
  router.iq("encrypt", "set", "rotate", ({ origin: { companion, simulation }, query, reply, fail }) => {
    const key = readSignedKey(child(query, "skey"));
    if (isSignedBy(companion.identity, key)) {
      companion.signedKey = key;
      reply();
    } else {
      simulation.violated("bad-signature", nameOf(companion), "a rotated signed key");
      fail(406, "not-acceptable");
    }
  });
  router.iq("encrypt", "get", "key", async ({ origin: { simulation }, query, reply }) => {
    const users = [];
    for (const { attrs } of children(query, "user")) {
      const bundle = await handOut(simulation, attrs.jid);
      const content = bundle ? bundleNodes(bundle) : [stanza("error", { code: "404", text: "item-not-found" })];
      users.push(stanza("user", { jid: attrs.jid }, content));
    }
    reply([stanza("list", {}, users)]);
  });
}

/** Leaves the device only `count` one-time keys and tells it, as the server does when the stock runs low. */
export function runLow(companion: Companion, count: number): void {
  companion.oneTimeKeys = companion.oneTimeKeys.slice(0, count);
  companion.deliver(
    stanza("notification", { from: SERVER_JID, type: "encrypt", id: `low-${Date.now()}-${count}`, t: unixSeconds() }, [
      stanza("count", { value: `${companion.oneTimeKeys.length}` }),
    ]),
  );
}

/** Keys of the device behind a jid, a phone's (device 0) as well as a linked one's. */
async function handOut(simulation: Simulation, jid: string | undefined): Promise<KeyBundle | undefined> {
  const endpoint = simulation.accounts.endpoint(jid);
  if (!endpoint) return undefined;
  if (endpoint.device === 0) return endpoint.account.handset.signal.publishBundle();
  return endpoint.account.companions.get(endpoint.device)?.takeBundle();
}

function nameOf({ account, device }: Companion): string {
  return `${account.phone}:${device}`;
}
