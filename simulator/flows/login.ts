/** A linked device logs in: success, the queries of its start, the queue of what it missed, and the first-login bootstrap. */
import type { Companion } from "../companion.ts";
import type { Connection } from "../connection.ts";
import type { Router } from "../router.ts";
import type { Simulation } from "../simulation.ts";
import { stanza, unixSeconds } from "../stanza.ts";
import { bootstrap } from "./bootstrap.ts";
import { endReplaced } from "./endings.ts";

/** Lets the device in; a connection it still has elsewhere ends as replaced. */
export function logIn(simulation: Simulation, connection: Connection, companion: Companion): void {
  const previous = companion.connection;
  companion.connected(connection);
  connection.companion = companion;
  if (previous) endReplaced(previous);
  const { account, device } = companion;
  simulation.log(`${account.phone}:${device} logs in`);
  // Without the LID here the client forgets its own and can no longer encrypt for its account.
  connection.send(stanza("success", { t: unixSeconds(), lid: account.address("lid", device), location: "sim" }));
  simulation.waits.changed();
}

export function registerLogin(router: Router): void {
  router.iq("passive", "set", "active", ({ origin: { companion, connection }, reply }) => {
    reply();
    const count = companion.catchUp();
    connection.send(stanza("ib", {}, [stanza("offline", { count: `${count}` })]));
  });
  router.iq("passive", "set", "passive", ({ reply }) => reply());
  // The digest is the last query before the client calls itself open.
  router.iq("encrypt", "get", "digest", async ({ origin: { companion, simulation }, reply }) => {
    reply([stanza("digest")]);
    companion.bootstrap ??= await bootstrap(companion);
    companion.started = true;
    simulation.log(`${companion.account.phone}:${companion.device} has started`);
  });
  router.iq("abt", "get", "props", ({ reply }) => reply([stanza("props", { hash: "sim-props" })]));
  router.iq("urn:xmpp:whatsapp:dirty", "set", "clean", ({ reply }) => reply());
  router.iq("w:stats", "set", "add", ({ reply }) => reply());
  router.openIq("w:p", "get", "ping", ({ origin: { simulation, connection }, reply }) => {
    const phone = connection.companion?.account.phone;
    if (phone === undefined || !simulation.mutedKeepalive.has(phone)) reply();
  });
  // Telemetry of the client; nothing answers it.
  router.stanza("ib", () => {});
}
