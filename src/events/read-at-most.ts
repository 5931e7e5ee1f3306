export interface ReadText {
  text: string | null;
  /** False when the stream went on after the limit. */
  isWhole: boolean;
}

/** The stream's text up to `limit` bytes (null when there is no stream); the rest is not read. */
export async function readAtMost(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<ReadText> {
  if (!stream) return { text: null, isWhole: true };
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (!done) {
      size += value.byteLength;
      chunks.push(value);
    }
    if (!done && size <= limit) continue;
    if (!done) await reader.cancel();
    return { text: Buffer.concat(chunks).subarray(0, limit).toString("utf8"), isWhole: done };
  }
}
