/** The signatures that bind a linked device to its account ("ADV"): made by the phone, countersigned by the device. */
import { Curve, type KeyPair, proto } from "@whiskeysockets/baileys";
import type { Account } from "./accounts.ts";
import { hmacSha256 } from "./primitives.ts";
import { verifySignature } from "./xeddsa.ts";

/** Before what the account signs, and before what the device signs. */
const ACCOUNT_PREFIX = Buffer.from([6, 0]);
const DEVICE_PREFIX = Buffer.from([6, 1]);

export interface IssuedIdentity {
  /** The encoded `ADVDeviceIdentity` that both sides sign. */
  details: Uint8Array;
  /** The encoded `ADVSignedDeviceIdentityHMAC` for `<pair-success>`. */
  sealed: Uint8Array;
}

/** The phone's statement that the device with this identity is number `device` of its account, sealed with the shared secret. */
export function issueDeviceIdentity(
  phone: KeyPair,
  companionIdentity: Uint8Array,
  advSecret: Uint8Array,
  device: number,
  nowSeconds: number,
): IssuedIdentity {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: device,
    timestamp: nowSeconds,
    keyIndex: device,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: phone.public,
    accountSignature: Curve.sign(phone.private, Buffer.concat([ACCOUNT_PREFIX, details, companionIdentity])),
  }).finish();
  const sealed = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: signed,
    hmac: hmacSha256(advSecret, signed),
  }).finish();
  return { details, sealed };
}

/** Whether the device countersigned exactly these details for this phone. */
export function isCountersigned(
  identity: proto.IADVSignedDeviceIdentity,
  details: Uint8Array,
  companionIdentity: Uint8Array,
  phoneIdentity: Uint8Array,
): boolean {
  if (!identity.details || !identity.deviceSignature) return false;
  if (!Buffer.from(identity.details).equals(details)) return false;
  const signed = Buffer.concat([DEVICE_PREFIX, details, companionIdentity, phoneIdentity]);
  return verifySignature(companionIdentity, signed, identity.deviceSignature);
}

/** Checks the proof that travels with the first message of a session; gives the flaw, or undefined when it is sound. */
export function checkDeviceIdentity(
  identity: proto.IADVSignedDeviceIdentity,
  companionIdentity: Uint8Array,
  account: Account,
): string | undefined {
  const { details, accountSignatureKey, accountSignature } = identity;
  if (!details || !accountSignatureKey || !accountSignature) return "incomplete";
  const phoneIdentity = account.handset.signal.identity.public;
  if (!Buffer.from(accountSignatureKey).equals(phoneIdentity)) return "signed by another account";
  const signed = Buffer.concat([ACCOUNT_PREFIX, details, companionIdentity]);
  if (!verifySignature(phoneIdentity, signed, accountSignature)) return "bad account signature";
  return isCountersigned(identity, details, companionIdentity, phoneIdentity) ? undefined : "bad device signature";
}
