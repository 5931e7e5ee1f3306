/**
 * Verification of XEdDSA signatures (the signatures WhatsApp makes with X25519 keys), built on node's Ed25519 so that it
 * shares no code with the client under test: Baileys 7.0.0-rc14 ignores the answer of its own check.
 */
import { createPublicKey, verify } from "node:crypto";

/** The prime of Curve25519: 2^255 - 19. */
const P = 2n ** 255n - 19n;
const SIGN_BIT = 0x80;

/**
 * Tells whether `signature` (64 bytes) over `message` was made by the owner of the X25519 public key `publicKey`.
 * The key may be given as 32 bytes or as 33 with the leading type byte 0x05. Malformed input is simply not valid.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const montgomery = publicKey.length === 33 && publicKey[0] === 5 ? publicKey.subarray(1) : publicKey;
  if (montgomery.length !== 32 || signature.length !== 64) return false;
  const s = Buffer.from(signature);
  const sign = s.readUInt8(63) & SIGN_BIT;
  s.writeUInt8(s.readUInt8(63) & ~SIGN_BIT, 63);
  const edwards = toEdwards(montgomery, sign);
  if (edwards === undefined) return false;
  try {
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: edwards.toString("base64url") },
      format: "jwk",
    });
    return verify(null, message, key, s);
  } catch {
    return false;
  }
}

/** The birational map y = (u - 1) / (u + 1); the sign of x travels in the signature's top bit. */
function toEdwards(montgomery: Uint8Array, sign: number): Buffer | undefined {
  const u = littleEndian(montgomery) & ((1n << 255n) - 1n);
  const denominator = (u + 1n) % P;
  if (denominator === 0n) return undefined;
  const y = ((((u - 1n + P) % P) * power(denominator, P - 2n)) % P).toString(16).padStart(64, "0");
  const bytes = Buffer.from(y, "hex").reverse();
  bytes.writeUInt8((bytes.readUInt8(31) & ~SIGN_BIT) | sign, 31);
  return bytes;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % P;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
