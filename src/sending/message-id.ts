/**
 * A WhatsApp message id, chosen by us before anything is sent, so that a message can be sent again under the same id.
 * `3EB0` + 18 hexadecimal digits is the form of WhatsApp's web client (Baileys: generateMessageID).
 *
 * @param randomBytes a source of secure randomness
 */
export function newMessageId(randomBytes: (length: number) => Uint8Array): string {
  return `3EB0${Buffer.from(randomBytes(9)).toString("hex").toUpperCase()}`;
}
