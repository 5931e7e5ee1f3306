/** Linking by an eight-character code that the owner types on the phone. */
import { randomBytes } from "node:crypto";
import { Curve, type KeyPair } from "@whiskeysockets/baileys";
import type { Account } from "../accounts.ts";
import type { Companion } from "../companion.ts";
import type { Connection } from "../connection.ts";
import { phoneDigits } from "../jid.ts";
import { cryptCtr, hkdf, openGcm, pairingCodeKey } from "../primitives.ts";
import type { Iq, Origin, Router } from "../router.ts";
import type { Simulation } from "../simulation.ts";
import { bytesOf, child, SERVER_JID, stanza, textOf, unixSeconds } from "../stanza.ts";
import { linkDevice, PairingRefused } from "./pairing.ts";

const SALT_BYTES = 32;
const CTR_IV_BYTES = 16;
const GCM_IV_BYTES = 12;
const NOTHING = Buffer.alloc(0);

/** The code typed on the phone is not the one the device shows; the link stays open for another try. */
export class WrongPairingCode extends Error {
  override readonly name = "WrongPairingCode";

  constructor(phone: string) {
    super(`the code typed on ${phone} is not the one the device shows`);
  }
}

/** A device that waits for its code to be typed. */
export interface PendingLink {
  connection: Connection;
  ref: string;
  /** Salt, iv and the device's ephemeral key encrypted with the code. */
  wrappedKey: Buffer;
  /** The latest try: set when the phone has answered, filled in by the device's last message. */
  attempt?: Attempt | undefined;
}

interface Attempt {
  secret: Buffer;
  outcome?: { wrong: true } | { wrong: false; random: Buffer };
}

export function registerPairingCode(router: Router): void {
  router.openIq("md", "set", "link_code_companion_reg", (iq) => {
    if (iq.query.attrs.stage === "companion_hello") companionHello(iq);
    else if (iq.query.attrs.stage === "companion_finish") companionFinish(iq);
    else iq.fail(400, "bad-request");
  });
}

function companionHello({ origin: { simulation, connection }, query, reply, fail }: Iq<Origin>): void {
  const { registration } = connection;
  const noiseKey = bytesOf(child(query, "companion_server_auth_key_pub"));
  if (!registration?.noiseKey.equals(noiseKey)) {
    simulation.violated("wrong-noise-key", connection.owner, "a pairing code is asked for under another noise key");
    fail(400, "bad-request");
    return;
  }
  const ref = randomBytes(16).toString("base64");
  simulation.pendingLinks.set(phoneDigits(query.attrs.jid ?? ""), {
    connection,
    ref,
    wrappedKey: bytesOf(child(query, "link_code_pairing_wrapped_companion_ephemeral_pub")),
  });
  const answer = stanza("link_code_pairing_ref", {}, Buffer.from(ref));
  reply([stanza("link_code_companion_reg", { stage: "companion_hello" }, [answer])]);
}

/** The device's last message: it opens only if both sides used the same code. */
function companionFinish({ origin: { simulation, connection }, query, reply, fail }: Iq<Origin>): void {
  const phone = phoneDigits(query.attrs.jid ?? "");
  const pending = simulation.pendingLinks.get(phone);
  const { registration } = connection;
  const ref = textOf(child(query, "link_code_pairing_ref"));
  if (!pending?.attempt || !registration || pending.connection !== connection || pending.ref !== ref) {
    simulation.violated("unexpected-link", connection.owner, `companion_finish for ${phone} that no phone waits for`);
    fail(404, "item-not-found");
    return;
  }
  try {
    const phoneIdentity = simulation.account(phone).handset.signal.identity.public;
    const bundle = openBundle(pending.attempt.secret, bytesOf(child(query, "link_code_pairing_wrapped_key_bundle")));
    const expected = Buffer.concat([registration.identity, phoneIdentity]);
    if (!bundle.subarray(0, expected.length).equals(expected)) throw new Error("the key bundle names other identities");
    pending.attempt.outcome = { wrong: false, random: bundle.subarray(expected.length) };
    reply();
  } catch {
    pending.attempt.outcome = { wrong: true };
    fail(400, "bad-request");
  }
}

/**
 * The owner types the code on the phone. Waits until the device has asked to be linked; throws {@link WrongPairingCode}
 * when the code is not the device's, after which another try is possible.
 */
export async function enterCode(
  simulation: Simulation,
  account: Account,
  typed: string,
  timeoutMs: number | undefined,
): Promise<Companion> {
  const { phone } = account;
  const { identity } = account.handset.signal;
  const pending = await simulation.waits.until(() => simulation.pendingLinks.get(phone), {
    what: `a device that asks to be linked to ${phone} by code`,
    timeoutMs,
  });
  const code = typed.replace(/[-\s]/g, "").toUpperCase();
  const deviceKey = await unwrap(code, pending.wrappedKey);
  const phoneKeys: KeyPair = Curve.generateKeyPair();
  const attempt: Attempt = { secret: Curve.sharedKey(phoneKeys.private, deviceKey) };
  pending.attempt = attempt;
  pending.connection.send(
    stanza(
      "notification",
      { from: SERVER_JID, type: "link_code_companion_reg", id: randomBytes(6).toString("hex"), t: unixSeconds() },
      [
        stanza("link_code_companion_reg", { stage: "primary_hello" }, [
          stanza("link_code_pairing_ref", {}, Buffer.from(pending.ref)),
          stanza("link_code_pairing_wrapped_primary_ephemeral_pub", {}, await wrap(code, phoneKeys.public)),
          stanza("primary_identity_pub", {}, identity.public),
        ]),
      ],
    ),
  );
  const outcome = await simulation.waits.until(() => attempt.outcome, {
    what: `the device's answer to the code typed on ${phone}`,
    timeoutMs,
  });
  if (outcome.wrong) throw new WrongPairingCode(phone);
  const { registration } = pending.connection;
  if (!registration) throw new PairingRefused("the device that asked for the code has gone");
  simulation.pendingLinks.delete(phone);
  const identitySecret = Curve.sharedKey(identity.private, registration.identity);
  const secret = Buffer.concat([attempt.secret, identitySecret, outcome.random]);
  return linkDevice(simulation, account, pending.connection, registration, hkdf(secret, 32, NOTHING, "adv_secret"));
}

function openBundle(secret: Buffer, wrapped: Buffer): Buffer {
  const salt = wrapped.subarray(0, SALT_BYTES);
  const iv = wrapped.subarray(SALT_BYTES, SALT_BYTES + GCM_IV_BYTES);
  const key = hkdf(secret, 32, salt, "link_code_pairing_key_bundle_encryption_key");
  return openGcm(key, iv, wrapped.subarray(SALT_BYTES + GCM_IV_BYTES), NOTHING);
}

async function wrap(code: string, publicKey: Uint8Array): Promise<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(CTR_IV_BYTES);
  return Buffer.concat([salt, iv, cryptCtr(await pairingCodeKey(code, salt), iv, publicKey)]);
}

async function unwrap(code: string, wrapped: Buffer): Promise<Buffer> {
  const salt = wrapped.subarray(0, SALT_BYTES);
  const iv = wrapped.subarray(SALT_BYTES, SALT_BYTES + CTR_IV_BYTES);
  return cryptCtr(await pairingCodeKey(code, salt), iv, wrapped.subarray(SALT_BYTES + CTR_IV_BYTES));
}
