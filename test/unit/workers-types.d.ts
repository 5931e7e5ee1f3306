/**
 * Names of the Workers runtime that the modules under test mention. Its full ambient types cannot be loaded beside
 * Node's (both declare `URL`, `fetch` …), so the ones needed are taken from the package's importable form.
 */
import type * as workers from "@cloudflare/workers-types/experimental";

declare global {
  type SqlStorage = workers.SqlStorage;
  type SqlStorageCursor<T extends Record<string, SqlStorageValue>> = workers.SqlStorageCursor<T>;
  type SqlStorageValue = workers.SqlStorageValue;
  type DurableObjectStorage = workers.DurableObjectStorage;
  type R2PutOptions = { [Name in keyof Omit<workers.R2PutOptions, "onlyIf">]: workers.R2PutOptions[Name] };
  type R2UploadedPart = workers.R2UploadedPart;
  interface R2MultipartUpload {
    uploadPart(number: number, value: Uint8Array): Promise<R2UploadedPart>;
    complete(parts: R2UploadedPart[]): Promise<unknown>;
    abort(): Promise<void>;
  }
  interface R2Object {
    readonly size: number;
    readonly httpEtag: string;
    readonly httpMetadata?: { contentType?: string };
    readonly customMetadata?: Record<string, string>;
  }
  interface R2FileBody extends R2Object {
    readonly body: ReadableStream<Uint8Array>;
    arrayBuffer(): Promise<ArrayBuffer>;
  }
  /** The part of a bucket that the modules use, with the streams of Node. */
  interface R2Bucket {
    head(key: string): Promise<R2Object | null>;
    get(key: string, options?: { range?: { offset: number; length: number } }): Promise<R2FileBody | null>;
    put(key: string, value: Uint8Array | ReadableStream<Uint8Array>, options?: object): Promise<unknown>;
    delete(key: string | string[]): Promise<void>;
    list(options: { prefix: string; limit: number }): Promise<{ objects: { key: string }[]; truncated: boolean }>;
    createMultipartUpload(key: string, options?: R2PutOptions): Promise<R2MultipartUpload>;
  }
  type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
  /** A stream that passes exactly so many bytes. */
  const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>;
}
