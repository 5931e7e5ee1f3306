import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from "node:crypto";
import { type BlockCipher, blockDecryptor } from "./cipher-blocks.ts";
import { type EncryptedKind, expandMediaKey, MAC_BYTES } from "./media-keys.ts";

/** The file is not the one that the message told of. */
export class CorruptFileError extends Error {
  override name = "CorruptFileError";
}

export interface ExpectedFile {
  mediaKey: Uint8Array;
  kind: EncryptedKind;
  size: number;
  fileSha256: Uint8Array;
  fileEncSha256: Uint8Array;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.byteLength === b.byteLength && timingSafeEqual(a, b);

/**
 * Decrypts a file piece by piece and checks it at the end: MAC, both hashes and the size. What `update` and `last` give is
 * not verified yet: keep it where it can be thrown away until `verify` has returned.
 */
export class MediaDecryptor {
  readonly #expected: ExpectedFile;
  readonly #cipher: BlockCipher;
  readonly #mac: Hmac;
  readonly #plainHash: Hash = createHash("sha256");
  readonly #encryptedHash: Hash = createHash("sha256");
  #size = 0;

  private constructor(expected: ExpectedFile, cipher: BlockCipher, mac: Hmac) {
    this.#expected = expected;
    this.#cipher = cipher;
    this.#mac = mac;
  }

  static async create(expected: ExpectedFile): Promise<MediaDecryptor> {
    const { iv, cipherKey, macKey } = expandMediaKey(expected.mediaKey, expected.kind);
    const mac = createHmac("sha256", macKey).update(iv);
    return new MediaDecryptor(expected, await blockDecryptor(cipherKey, iv), mac);
  }

  /** @param piece whole blocks, not the last. @returns what they hold, the caller's to `release` */
  async update(piece: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    this.#count(piece);
    return this.#counted(await this.#cipher.update(piece));
  }

  /** @param piece the last blocks, padding included. @throws CorruptFileError when there is no padding */
  async last(piece: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    this.#count(piece);
    const plain = await this.#cipher.final(piece).catch(() => {
      throw new CorruptFileError("padding");
    });
    return this.#counted(plain);
  }

  /** @param mac what came behind the last blocks. @throws CorruptFileError when anything differs from what was told */
  verify(mac: Uint8Array): void {
    const { size, fileSha256, fileEncSha256 } = this.#expected;
    this.#encryptedHash.update(mac);
    if (!isSame(this.#mac.digest().subarray(0, MAC_BYTES), mac)) throw new CorruptFileError("MAC");
    if (!isSame(this.#encryptedHash.digest(), fileEncSha256)) throw new CorruptFileError("hash of the encrypted file");
    if (this.#size !== size) throw new CorruptFileError("size");
    if (!isSame(this.#plainHash.digest(), fileSha256)) throw new CorruptFileError("hash of the file");
  }

  #count(encrypted: Uint8Array): void {
    this.#mac.update(encrypted);
    this.#encryptedHash.update(encrypted);
  }

  #counted(plain: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#size += plain.byteLength;
    this.#plainHash.update(plain);
    return plain;
  }
}
