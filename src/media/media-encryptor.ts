import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { type BlockCipher, blockEncryptor } from "./cipher-blocks.ts";
import { expandMediaKey, MAC_BYTES, type MediaKind } from "./media-keys.ts";

export interface FileHashes {
  /** Bytes of the file. */
  size: number;
  fileSha256: Uint8Array;
  /** Of the file as WhatsApp keeps it. */
  fileEncSha256: Uint8Array;
}

/** Encrypts a file piece by piece as WhatsApp wants it: AES-256-CBC, then 10 bytes of HMAC over iv and ciphertext. */
export class MediaEncryptor {
  readonly #cipher: BlockCipher;
  readonly #mac: Hmac;
  readonly #plainHash: Hash = createHash("sha256");
  readonly #encryptedHash: Hash = createHash("sha256");
  #size = 0;

  private constructor(cipher: BlockCipher, mac: Hmac) {
    this.#cipher = cipher;
    this.#mac = mac;
  }

  static async create(mediaKey: Uint8Array, kind: MediaKind): Promise<MediaEncryptor> {
    const { iv, cipherKey, macKey } = expandMediaKey(mediaKey, kind);
    return new MediaEncryptor(await blockEncryptor(cipherKey, iv), createHmac("sha256", macKey).update(iv));
  }

  /** @param piece whole blocks. @returns what can be sent so far, the caller's to `release` */
  async update(piece: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    this.#count(piece);
    return this.#taken(await this.#cipher.update(piece));
  }

  /** @param last what is left of the file, may be nothing. @returns the end of it and what was learned of all */
  async finish(last: Uint8Array<ArrayBuffer>): Promise<{ rest: Uint8Array; hashes: FileHashes }> {
    this.#count(last);
    const encrypted = this.#taken(await this.#cipher.final(last));
    const mac = this.#mac.digest().subarray(0, MAC_BYTES);
    this.#encryptedHash.update(mac);
    return {
      rest: Buffer.concat([encrypted, mac]),
      hashes: {
        size: this.#size,
        fileSha256: this.#plainHash.digest(),
        fileEncSha256: this.#encryptedHash.digest(),
      },
    };
  }

  #count(plain: Uint8Array): void {
    this.#size += plain.byteLength;
    this.#plainHash.update(plain);
  }

  #taken(encrypted: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#mac.update(encrypted);
    this.#encryptedHash.update(encrypted);
    return encrypted;
  }
}
