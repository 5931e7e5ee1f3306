/** The handshake's last message: a new device that registers, or a linked one that logs in. */
import type { proto } from "@whiskeysockets/baileys";
import type { Registration } from "../companion.ts";
import type { Connection } from "../connection.ts";
import { isSignedBy, readUnsigned } from "../key-bundle.ts";
import type { ClientFinish } from "../noise.ts";
import type { Simulation } from "../simulation.ts";
import { stanza } from "../stanza.ts";
import { logIn } from "./login.ts";
import { offerPairing } from "./pairing.ts";

/** Reason of a refusal that means "this device is not, or no longer, linked". */
const LOGGED_OUT = 401;

/** Reason of a refusal that means "this version is no longer served". */
const CLIENT_OUTDATED = 405;

type AppVersion = proto.ClientPayload.UserAgent.IAppVersion;

function isOutdated(version: AppVersion | null | undefined, oldest: string | undefined): boolean {
  if (oldest === undefined) return false;
  const claimed = [version?.primary ?? 0, version?.secondary ?? 0, version?.tertiary ?? 0];
  const wanted = oldest.split(".").map(Number);
  const differs = claimed.findIndex((part, index) => part !== wanted[index]);
  return differs >= 0 && (claimed[differs] ?? 0) < (wanted[differs] ?? 0);
}

export function acceptClient(simulation: Simulation, connection: Connection, finish: ClientFinish): void {
  const { devicePairingData, userAgent } = finish.payload;
  if (isOutdated(userAgent?.appVersion, simulation.oldestVersion)) {
    simulation.log("a client is refused for its version, as asked");
    refuse(connection, CLIENT_OUTDATED);
    return;
  }
  if (!devicePairingData) {
    acceptLogin(simulation, connection, finish);
    return;
  }
  const registration = readRegistration(devicePairingData, finish.staticKey);
  if (!isSignedBy(registration.identity, registration.signedKey)) {
    simulation.violated("bad-signature", "registration", "the signed key of a new device");
    refuse(connection, LOGGED_OUT);
    return;
  }
  connection.registration = registration;
  simulation.log("a new device registers");
  offerPairing(connection);
}

function readRegistration(data: proto.ClientPayload.IDevicePairingRegistrationData, noiseKey: Buffer): Registration {
  return {
    noiseKey,
    identity: Buffer.from(data.eIdent ?? []),
    registrationId: readUnsigned(data.eRegid ?? new Uint8Array()),
    signedKey: {
      id: readUnsigned(data.eSkeyId ?? new Uint8Array()),
      value: Buffer.from(data.eSkeyVal ?? []),
      signature: Buffer.from(data.eSkeySig ?? []),
    },
  };
}

/** Lets a device in only with the noise key it was linked with. */
function acceptLogin(simulation: Simulation, connection: Connection, { payload, staticKey }: ClientFinish): void {
  const phone = String(payload.username ?? "");
  const device = payload.device ?? 0;
  const companion = simulation.accounts.byPhone(phone)?.companions.get(device);
  const failure = nextFailure(simulation, phone);
  if (failure !== undefined) {
    simulation.log(`${phone}:${device} is refused with ${failure}, as asked`);
    refuse(connection, failure);
  } else if (!companion) {
    simulation.log(`${phone}:${device} is not linked`);
    refuse(connection, LOGGED_OUT);
  } else if (!companion.noiseKey.equals(staticKey)) {
    simulation.violated(
      "wrong-noise-key",
      `${phone}:${device}`,
      "login with another key than the one it was linked with",
    );
    refuse(connection, LOGGED_OUT);
  } else {
    logIn(simulation, connection, companion);
  }
}

function nextFailure(simulation: Simulation, phone: string): number | undefined {
  const failure = simulation.loginFailures.get(phone);
  if (!failure) return undefined;
  failure.left -= 1;
  if (failure.left <= 0) simulation.loginFailures.delete(phone);
  return failure.reason;
}

/** The place of the refusal (`location`) is opaque; real servers send three letters. */
function refuse(connection: Connection, reason: number): void {
  connection.end(stanza("failure", { reason: `${reason}`, location: "sim" }));
}
