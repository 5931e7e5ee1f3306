/**
 * AES-256-CBC in pieces, by WebCrypto: its output is one buffer, which can be freed at once. A piece of node:crypto's
 * ciphers is copied on its way out, and the copy that nobody sees stays until the runtime collects it.
 */

const BLOCK_BYTES = 16;
const NOTHING = new Uint8Array(0);

export interface BlockCipher {
  /** One more piece of whole blocks, not the last. The result is the caller's: `release` it. */
  update(blocks: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** The last piece: padded (PKCS #7), or freed of its padding. @throws when the padding is none */
  final(rest: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

const importKey = (key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", key, "AES-CBC", false, ["encrypt", "decrypt"]);

const lastBlock = (blocks: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(blocks.subarray(-BLOCK_BYTES));

function checkWhole(blocks: Uint8Array): void {
  if (blocks.byteLength === 0 || blocks.byteLength % BLOCK_BYTES !== 0) throw new RangeError("Not whole blocks");
}

export async function blockEncryptor(
  cipherKey: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
): Promise<BlockCipher> {
  const key = await importKey(cipherKey);
  let previous = iv;
  const encrypted = async (data: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv: previous }, key, data));
  return {
    async update(blocks) {
      checkWhole(blocks);
      // WebCrypto pads each message; the block of padding behind whole blocks changes none before it.
      const piece = (await encrypted(blocks)).subarray(0, blocks.byteLength);
      previous = lastBlock(piece);
      return piece;
    },
    final: encrypted,
  };
}

export async function blockDecryptor(
  cipherKey: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
): Promise<BlockCipher> {
  const key = await importKey(cipherKey);
  let previous = iv;
  let padded = new Uint8Array(0);
  const decrypted = async (data: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv: previous }, key, data));
  return {
    async update(blocks) {
      checkWhole(blocks);
      const last = lastBlock(blocks);
      // WebCrypto wants padding behind each message: one block of it, made for this place, is what it takes off again.
      const padding = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv: last }, key, NOTHING));
      const size = blocks.byteLength + padding.byteLength;
      if (padded.byteLength < size) padded = new Uint8Array(size);
      padded.set(blocks);
      padded.set(padding, blocks.byteLength);
      const piece = await decrypted(padded.subarray(0, size));
      previous = last;
      return piece;
    },
    final: decrypted,
  };
}
