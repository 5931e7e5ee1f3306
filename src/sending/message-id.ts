/**
 * A WhatsApp message id, chosen by us before anything is sent, so that a message can be sent again under the same id.
 * `3EB0` + 18 hexadecimal digits is the form of WhatsApp's web client (Baileys: generateMessageID).
 *
 * @param randomBytes a source of secure randomness
 */
export function newMessageId(randomBytes: (length: number) => Uint8Array): string {
  return `3EB0${Buffer.from(randomBytes(9)).toString("hex").toUpperCase()}`;
}

/**
 * The message id of a call with an `Idempotency-Key`: the same call gives the same id, so that the store and WhatsApp see
 * one message however often it is repeated.
 *
 * @param idempotencyId hash of caller and key, hexadecimal
 */
export function messageIdOf(idempotencyId: string): string {
  return `3EB0${idempotencyId.slice(0, 18).toUpperCase()}`;
}
