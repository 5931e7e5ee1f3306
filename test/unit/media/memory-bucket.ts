/** A bucket in memory, which can be told to be down. */
export function memoryBucket() {
  const files = new Map<string, Uint8Array>();
  const types = new Map<string, string | undefined>();
  const world = { isDown: false, parts: 0 };
  const up = (): void => {
    if (world.isDown) throw new Error("The bucket is down");
  };
  const typeOf = (options: { httpMetadata?: { contentType?: string } } = {}) => options.httpMetadata?.contentType;
  const bucket = {
    async head(key: string) {
      up();
      return files.has(key) ? {} : null;
    },
    async get(key: string) {
      up();
      const bytes = files.get(key);
      return bytes ? { arrayBuffer: async () => Uint8Array.from(bytes).buffer } : null;
    },
    async put(key: string, value: Uint8Array, options?: Parameters<typeof typeOf>[0]) {
      up();
      types.set(key, typeOf(options));
      files.set(key, Uint8Array.from(value));
    },
    async createMultipartUpload(key: string, options?: Parameters<typeof typeOf>[0]) {
      up();
      types.set(key, typeOf(options));
      const parts: Uint8Array[] = [];
      return {
        async uploadPart(number: number, value: Uint8Array) {
          up();
          world.parts += 1;
          parts[number - 1] = Uint8Array.from(value);
          return { partNumber: number, etag: `${number}` };
        },
        async complete() {
          up();
          files.set(key, Buffer.concat(parts));
        },
        async abort() {
          parts.length = 0;
        },
      };
    },
  };
  return { bucket: bucket as unknown as R2Bucket, files, types, world };
}
