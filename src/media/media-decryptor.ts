import {
  createDecipheriv,
  createHash,
  createHmac,
  type Decipheriv,
  type Hash,
  type Hmac,
  timingSafeEqual,
} from "node:crypto";
import { expandMediaKey, MAC_BYTES, type MediaKind } from "./media-keys.ts";

/** The file is not the one that the message told of. */
export class CorruptFileError extends Error {
  override name = "CorruptFileError";
}

export interface ExpectedFile {
  mediaKey: Uint8Array;
  kind: MediaKind;
  size: number;
  fileSha256: Uint8Array;
  fileEncSha256: Uint8Array;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.byteLength === b.byteLength && timingSafeEqual(a, b);

/**
 * Decrypts a file piece by piece and checks it at the end: MAC, both hashes and the size. What `update` gives is not
 * verified yet: keep it where it can be thrown away until `finish` has returned.
 */
export class MediaDecryptor {
  readonly #expected: ExpectedFile;
  readonly #decipher: Decipheriv;
  readonly #mac: Hmac;
  readonly #plainHash: Hash = createHash("sha256");
  readonly #encryptedHash: Hash = createHash("sha256");
  /** The last bytes seen: they may be the MAC. */
  #tail: Uint8Array = new Uint8Array(0);
  #size = 0;

  constructor(expected: ExpectedFile) {
    const { iv, cipherKey, macKey } = expandMediaKey(expected.mediaKey, expected.kind);
    this.#expected = expected;
    this.#decipher = createDecipheriv("aes-256-cbc", cipherKey, iv);
    this.#mac = createHmac("sha256", macKey).update(iv);
  }

  /** @throws CorruptFileError as soon as there is more than was told */
  update(chunk: Uint8Array): Uint8Array {
    this.#encryptedHash.update(chunk);
    const seen = this.#tail.byteLength === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const cut = Math.max(0, seen.byteLength - MAC_BYTES);
    this.#tail = seen.slice(cut);
    return this.#decrypted(seen.subarray(0, cut));
  }

  /** @returns the rest of the file. @throws CorruptFileError when anything differs from what was told */
  finish(): Uint8Array {
    const { size, fileSha256, fileEncSha256 } = this.#expected;
    if (!isSame(this.#mac.digest().subarray(0, MAC_BYTES), this.#tail)) throw new CorruptFileError("MAC");
    if (!isSame(this.#encryptedHash.digest(), fileEncSha256)) throw new CorruptFileError("hash of the encrypted file");
    const rest = this.#last();
    if (this.#size !== size) throw new CorruptFileError("size");
    if (!isSame(this.#plainHash.digest(), fileSha256)) throw new CorruptFileError("hash of the file");
    return rest;
  }

  #decrypted(ciphertext: Uint8Array): Uint8Array {
    this.#mac.update(ciphertext);
    return this.#counted(this.#decipher.update(ciphertext));
  }

  #last(): Uint8Array {
    try {
      return this.#counted(this.#decipher.final());
    } catch {
      throw new CorruptFileError("padding");
    }
  }

  #counted(plain: Uint8Array): Uint8Array {
    this.#size += plain.byteLength;
    if (this.#size > this.#expected.size) throw new CorruptFileError("size");
    this.#plainHash.update(plain);
    return plain;
  }
}
