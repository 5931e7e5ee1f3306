/** Linking a device: the references its QR codes are made of, and the exchange that binds it to an account. */
import { randomBytes } from "node:crypto";
import { proto } from "@whiskeysockets/baileys";
import type { Account } from "../accounts.ts";
import { isCountersigned, issueDeviceIdentity } from "../adv.ts";
import { Companion, type Registration } from "../companion.ts";
import type { Connection } from "../connection.ts";
import type { Simulation } from "../simulation.ts";
import { bytesOf, child, SERVER_JID, stanza, unixSeconds } from "../stanza.ts";
import { tellDevicesChanged } from "./devices.ts";

/** How many references a device gets; when it has shown them all it gives up with 408. */
const PAIRING_REFS = 6;

/** A device that cannot be linked; the message says which check failed. */
export class PairingRefused extends Error {
  override readonly name = "PairingRefused";
}

/** What a QR code says. */
export interface ScannedCode {
  ref: string;
  noiseKey: Buffer;
  identity: Buffer;
  advSecret: Buffer;
}

/** Sends a new device the references for its QR codes. */
export function offerPairing(connection: Connection): void {
  for (let i = 0; i < PAIRING_REFS; i++) connection.pairingRefs.push(`2@${randomBytes(48).toString("base64")}`);
  const refs = connection.pairingRefs.map((ref) => stanza("ref", {}, Buffer.from(ref)));
  const id = `pair-${randomBytes(4).toString("hex")}`;
  connection.send(stanza("iq", { from: SERVER_JID, type: "set", id, xmlns: "md" }, [stanza("pair-device", {}, refs)]));
}

/** Reads a QR text: `https://wa.me/settings/linked_devices#` then reference, noise key, identity, secret, platform. */
export function readCode(text: string): ScannedCode {
  const [ref, noiseKey, identity, advSecret] = text.slice(text.indexOf("#") + 1).split(",");
  if (!ref || !noiseKey || !identity || !advSecret)
    throw new PairingRefused("this is not the text of a WhatsApp QR code");
  return {
    ref,
    noiseKey: Buffer.from(noiseKey, "base64"),
    identity: Buffer.from(identity, "base64"),
    advSecret: Buffer.from(advSecret, "base64"),
  };
}

/** The connection that shows this code; throws when the code is stale or its keys are not those of the handshake. */
export function findScanned(
  simulation: Simulation,
  code: ScannedCode,
): { connection: Connection; registration: Registration } {
  const connection = [...simulation.connections].find(({ pairingRefs }) => pairingRefs.includes(code.ref));
  const registration = connection?.registration;
  if (!connection || !registration) throw new PairingRefused("the QR code is not of any device that is connected now");
  if (!registration.noiseKey.equals(code.noiseKey))
    throw new PairingRefused("the QR code shows another noise key than the handshake");
  if (!registration.identity.equals(code.identity))
    throw new PairingRefused("the QR code shows another identity than the registration");
  return { connection, registration };
}

/**
 * Binds the device to the account: sends what the phone signed, checks what the device countersigned, and asks it to
 * restart (515), which is how linking always ends.
 */
export async function linkDevice(
  simulation: Simulation,
  account: Account,
  connection: Connection,
  registration: Registration,
  advSecret: Uint8Array,
): Promise<Companion> {
  const device = account.nextDeviceId();
  const phone = account.handset.signal.identity;
  const identity = issueDeviceIdentity(phone, registration.identity, advSecret, device, Math.floor(Date.now() / 1000));
  const answer = await connection.request(
    stanza("iq", { from: SERVER_JID, type: "set", t: unixSeconds(), xmlns: "md" }, [
      stanza("pair-success", {}, [
        stanza("device-identity", {}, identity.sealed),
        stanza("device", { jid: account.address("pn", device), lid: account.address("lid", device) }),
        stanza("platform", { name: "android" }),
        ...(account.businessName === undefined ? [] : [stanza("biz", { name: account.businessName })]),
      ]),
    ]),
  );
  const signed = child(child(answer, "pair-device-sign"), "device-identity");
  const countersigned = proto.ADVSignedDeviceIdentity.decode(bytesOf(signed));
  if (!signed || !isCountersigned(countersigned, identity.details, registration.identity, phone.public)) {
    simulation.violated("bad-signature", account.phone, "the countersignature of a device that is being linked");
    connection.drop();
    throw new PairingRefused("the device's countersignature is not valid");
  }
  const companion = new Companion(account, device, registration);
  account.companions.set(device, companion);
  simulation.log(`${account.phone}:${device} is linked`);
  tellDevicesChanged(account, companion);
  simulation.waits.changed();
  connection.end(stanza("stream:error", { code: "515" }));
  return companion;
}
