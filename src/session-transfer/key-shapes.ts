/**
 * What the parts of a session have to look like: sizes of keys above all, because a key of the wrong size would be found
 * out only when a message cannot be decrypted. Unknown fields are kept, they may be of a newer Baileys.
 */
import { Buffer } from "node:buffer";
import { z } from "zod";
import { phoneOf } from "../whatsapp/identity.ts";
import type { KeyType } from "./key-files.ts";

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

interface StoredBytes {
  type: "Buffer";
  /** base64 */
  data: string;
}

const octet = z.int().min(0).max(255);
const encoded = z.union([
  z
    .object({ type: z.literal("Buffer"), data: z.string().regex(BASE64) })
    .transform(({ data }) => Buffer.from(data, "base64")),
  z.object({ type: z.literal("Buffer"), data: z.array(octet) }).transform(({ data }) => Buffer.from(data)),
  // How JSON writes a Uint8Array: `{"0":1,"1":2}`.
  z.record(z.string().regex(/^\d+$/), octet).transform((values) => Buffer.from(Object.values(values))),
]);

/** Bytes in any of the ways in which Baileys and its descendants write them; comes out in the one that is stored. */
const bytes = (...sizes: number[]) =>
  encoded.transform((raw, context): StoredBytes => {
    if (sizes.length > 0 && !sizes.includes(raw.length)) {
      context.addIssue({ code: "custom", message: `${raw.length} bytes, expected ${sizes.join(" or ")}` });
    }
    return { type: "Buffer", data: raw.toString("base64") };
  });

const base64 = (...sizes: number[]) =>
  z
    .string()
    .regex(BASE64, "not base64")
    .refine(
      (text) => sizes.length === 0 || sizes.includes(Buffer.from(text, "base64").length),
      `expected ${sizes.join(" or ")} bytes`,
    );

/** A message of protobuf writes bytes as base64, an object that holds the same as Buffers. */
const blob = (...sizes: number[]) => z.union([base64(...sizes), bytes(...sizes)]);

/** Curve25519; libsignal writes public keys with a byte for their type in front, Baileys without. */
const keyPair = z.looseObject({ public: bytes(32, 33), private: bytes(32) });
const id = z.int().min(0).max(0xff_ff_ff);

/** Baileys' `AuthenticationCreds` of a device that is linked. */
export const CredentialsSchema = z.looseObject({
  noiseKey: keyPair,
  signedIdentityKey: keyPair,
  signedPreKey: z.looseObject({ keyPair, signature: bytes(64), keyId: id }),
  registrationId: z.int().min(0).max(0xff_ff),
  advSecretKey: base64(32),
  nextPreKeyId: id,
  firstUnuploadedPreKeyId: id,
  me: z.looseObject(
    {
      id: z.string().refine((jid) => phoneOf(jid) !== null, "not the JID of a phone: this session was never linked"),
      lid: z.string().max(64).nullish(),
      name: z.string().nullish(),
    },
    "missing: this session was never linked",
  ),
  account: z.looseObject(
    { details: blob(), accountSignature: blob(64), deviceSignature: blob(64) },
    "missing: this session was never linked",
  ),
  routingInfo: bytes().nullish(),
});

/** The values of the keys, by type. */
export const KEY_SHAPES = {
  "pre-key": keyPair,
  session: z.union([z.looseObject({ _sessions: z.record(z.string(), z.unknown()), version: z.string() }), bytes()]),
  "sender-key": bytes(),
  "sender-key-memory": z.record(z.string(), z.boolean()),
  "app-state-sync-key": z.looseObject({ keyData: blob(32) }),
  "app-state-sync-version": z.looseObject({
    version: z.int().min(0),
    hash: bytes(128),
    indexValueMap: z.record(z.string(), z.looseObject({ valueMac: bytes(32) })),
  }),
  "lid-mapping": z.string().max(64),
  "device-list": z.array(z.string().max(64)),
  tctoken: z.looseObject({ token: bytes() }),
  "identity-key": bytes(32, 33),
} as const satisfies Record<KeyType, z.ZodType>;

/** `deviceLists` of our own format. */
export const DeviceListsSchema = z.record(
  z.string().regex(/^\d{1,20}$/),
  z.object({ devices: z.array(z.unknown()), fetchedAt: z.int().min(0) }),
);
