/** The public keys of a device: how they are checked, and how they are written and read as stanzas. */
import { type BinaryNode, encodeBigEndian } from "@whiskeysockets/baileys";
import { bytesOf, child, children, stanza } from "./stanza.ts";
import { verifySignature } from "./xeddsa.ts";

/** Type byte of an X25519 key in Signal; it is signed together with the key. */
export const KEY_TYPE = Buffer.from([5]);
const KEY_ID_BYTES = 3;

export interface PublicKey {
  id: number;
  /** 32 bytes. */
  value: Buffer;
}

export interface SignedKey extends PublicKey {
  /** 64 bytes, by the device's identity key over the type byte and the value. */
  signature: Buffer;
}

/** What a stranger needs to start an encrypted session with a device. */
export interface KeyBundle {
  registrationId: number;
  /** 32 bytes. */
  identity: Buffer;
  signedKey: SignedKey;
  /** Missing when the device has run out of one-time keys. */
  oneTimeKey?: PublicKey | undefined;
}

/** Tells whether the device that owns `identity` signed this key. */
export function isSignedBy(identity: Uint8Array, key: SignedKey): boolean {
  return verifySignature(identity, Buffer.concat([KEY_TYPE, key.value]), key.signature);
}

export function bundleNodes(bundle: KeyBundle): BinaryNode[] {
  const nodes = [
    stanza("registration", {}, encodeBigEndian(bundle.registrationId)),
    stanza("type", {}, KEY_TYPE),
    stanza("identity", {}, bundle.identity),
    stanza("skey", {}, [
      ...keyNodes(bundle.signedKey),
      stanza("signature", {}, Buffer.from(bundle.signedKey.signature)),
    ]),
  ];
  return bundle.oneTimeKey ? [...nodes, stanza("key", {}, keyNodes(bundle.oneTimeKey))] : nodes;
}

/**
 * Reads a bundle as a client writes it. In an upload the registration stands beside the other keys; in a retry receipt
 * it stands in the receipt, outside `<keys>`: hence the second argument.
 */
export function readBundle(node: BinaryNode, registration: BinaryNode | undefined): KeyBundle {
  const oneTimeKey = child(node, "key");
  return {
    registrationId: readUnsigned(bytesOf(registration)),
    identity: bytesOf(child(node, "identity")),
    signedKey: readSignedKey(child(node, "skey")),
    oneTimeKey: oneTimeKey && readKey(oneTimeKey),
  };
}

export function readSignedKey(node: BinaryNode | undefined): SignedKey {
  return { ...readKey(node), signature: bytesOf(child(node, "signature")) };
}

/** The one-time keys of an upload. */
export function readKeyList(node: BinaryNode | undefined): PublicKey[] {
  return children(node, "key").map(readKey);
}

export function readUnsigned(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function readKey(node: BinaryNode | undefined): PublicKey {
  return { id: readUnsigned(bytesOf(child(node, "id"))), value: bytesOf(child(node, "value")) };
}

function keyNodes(key: PublicKey): BinaryNode[] {
  return [stanza("id", {}, encodeBigEndian(key.id, KEY_ID_BYTES)), stanza("value", {}, Buffer.from(key.value))];
}
