/** The WhatsApp simulator: `startSimulator()` and the types of what it gives. See README.md in this folder. */
import { type SimulatorOptions, SimulatorServer } from "./server.ts";

export type { Contact } from "./contact.ts";
export type { StreamEnd } from "./flows/endings.ts";
export { PairingRefused } from "./flows/pairing.ts";
export { WrongPairingCode } from "./flows/pairing-code.ts";
export type { Group } from "./group.ts";
export type { NotedReceipt } from "./handset.ts";
export type { MessageMatcher, ReceivedMessage } from "./inbox.ts";
export type { Addressing } from "./jid.ts";
export type { Recipient } from "./person.ts";
export type { LinkedDevice, Phone } from "./phone.ts";
export type { ContactOptions, PhoneOptions, SimulatorOptions, SimulatorServer } from "./server.ts";
export type { Unhandled, Violation } from "./simulation.ts";
export type { ClientStanza, StanzaMatcher } from "./stanza-log.ts";
export { WaitTimeout } from "./waits.ts";
export { verifySignature } from "./xeddsa.ts";

/** Starts a simulator on loopback, with its HTTP control; `stop()` ends both. */
export async function startSimulator({ log, trace, ...ports }: SimulatorOptions = {}): Promise<SimulatorServer> {
  const server = new SimulatorServer({ log, trace });
  await server.listen(ports);
  return server;
}
