/** The ways the server ends a connection; the table of what a client makes of each is in the README. */
import type { Account } from "../accounts.ts";
import type { Companion } from "../companion.ts";
import type { Connection } from "../connection.ts";
import type { Router } from "../router.ts";
import type { Simulation } from "../simulation.ts";
import { stanza } from "../stanza.ts";
import { tellDevicesChanged } from "./devices.ts";

/** How `endsStream` ends it: a stream error with a code, or the plain end of the stream. */
export type StreamEnd = 503 | 515 | "xmlstreamend";

export function endStream(connection: Connection, how: StreamEnd): void {
  connection.end(how === "xmlstreamend" ? stanza("xmlstreamend") : stanza("stream:error", { code: `${how}` }));
}

/** The same device logged in elsewhere. The error carries no code: the client reads 440 from the conflict's tag. */
export function endReplaced(connection: Connection): void {
  connection.end(stanza("stream:error", {}, [stanza("conflict", { type: "replaced" })]));
}

/** Unlinks a device: it is told at once if it is connected, and every later login is refused with 401. */
export function removeDevice(simulation: Simulation, account: Account, companion: Companion): void {
  account.companions.delete(companion.device);
  const { connection } = companion;
  // The code is needed: by its conflict alone the client would take this for a replacement (440).
  connection?.end(stanza("stream:error", { code: "401" }, [stanza("conflict", { type: "device_removed" })]));
  account.watchers.delete(companion);
  tellDevicesChanged(account, companion);
  simulation.log(`${account.phone}:${companion.device} is removed`);
  simulation.waits.changed();
}

export function registerEndings(router: Router): void {
  // A client that logs itself out does not wait for the answer.
  router.iq("md", "set", "remove-companion-device", ({ origin: { simulation, companion, connection }, reply }) => {
    reply();
    companion.account.companions.delete(companion.device);
    tellDevicesChanged(companion.account, companion);
    simulation.log(`${companion.account.phone}:${companion.device} logs itself out`);
    connection.end();
  });
}
