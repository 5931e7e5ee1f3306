/** @returns the stream's text, or null when there is none or it is longer than `limit` bytes; the rest is not read. */
export async function readAtMost(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<string | null> {
  if (!stream) return null;
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString("utf8");
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}
