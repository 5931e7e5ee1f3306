import { type Cipheriv, createCipheriv, createHash, createHmac, type Hash, type Hmac } from "node:crypto";
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
  readonly #cipher: Cipheriv;
  readonly #mac: Hmac;
  readonly #plainHash: Hash = createHash("sha256");
  readonly #encryptedHash: Hash = createHash("sha256");
  #size = 0;

  constructor(mediaKey: Uint8Array, kind: MediaKind) {
    const { iv, cipherKey, macKey } = expandMediaKey(mediaKey, kind);
    this.#cipher = createCipheriv("aes-256-cbc", cipherKey, iv);
    this.#mac = createHmac("sha256", macKey).update(iv);
  }

  /** @returns what can be sent so far; may be empty */
  update(chunk: Uint8Array): Uint8Array {
    this.#size += chunk.byteLength;
    this.#plainHash.update(chunk);
    return this.#taken(this.#cipher.update(chunk));
  }

  /** @returns the rest of the file and what was learned of it */
  finish(): { rest: Uint8Array; hashes: FileHashes } {
    const last = this.#taken(this.#cipher.final());
    const mac = this.#mac.digest().subarray(0, MAC_BYTES);
    this.#encryptedHash.update(mac);
    return {
      rest: Buffer.concat([last, mac]),
      hashes: {
        size: this.#size,
        fileSha256: this.#plainHash.digest(),
        fileEncSha256: this.#encryptedHash.digest(),
      },
    };
  }

  #taken(encrypted: Uint8Array): Uint8Array {
    this.#mac.update(encrypted);
    this.#encryptedHash.update(encrypted);
    return encrypted;
  }
}
