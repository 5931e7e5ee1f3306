/**
 * A bucket outside the runtime: what workerd's R2 binding speaks (JSON in a header or before the body), answered from
 * memory. The simulation that comes with wrangler runs inside the runtime and would be measured with it.
 *
 * It knows what Wasup uses: head, get with one range, put, multipart, delete, list by prefix.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface StoredObject {
  name: string;
  bytes: Buffer;
  etag: string;
  uploaded: number;
  httpFields: object;
  customFields: object[];
}

interface Call {
  method: string;
  object: string;
  objects?: string[];
  prefix?: string;
  uploadId?: string;
  partNumber?: number;
  parts?: { part: number }[];
  range?: { offset?: string | number; length?: string | number };
  onlyIf?: object;
  httpFields?: object;
  customFields?: object[];
}

interface Answer {
  json: object;
  body?: Buffer;
}

class BucketError extends Error {
  readonly status: number;
  readonly v4code: number;

  constructor(status: number, v4code: number, message: string) {
    super(message);
    this.status = status;
    this.v4code = v4code;
  }
}

const described = ({ bytes, ...rest }: StoredObject, range?: object) => ({
  ...rest,
  version: rest.etag,
  size: bytes.length,
  checksums: {},
  ...(range ? { range } : {}),
});

/** The calls on one bucket; `value` is what came after the call's JSON. */
function bucket() {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, { call: Call; parts: Map<number, Buffer> }>();

  const store = ({ object: name, httpFields = {}, customFields = [] }: Call, bytes: Buffer): Answer => {
    const etag = createHash("md5").update(bytes).digest("hex");
    const stored = { name, bytes, etag, uploaded: Date.now(), httpFields, customFields };
    objects.set(name, stored);
    return { json: described(stored) };
  };
  const found = ({ object }: Call): StoredObject => {
    const stored = objects.get(object);
    if (!stored) throw new BucketError(404, 10_007, "The specified key does not exist.");
    return stored;
  };
  const upload = ({ uploadId = "" }: Call) => {
    const open = uploads.get(uploadId);
    if (!open) throw new BucketError(400, 10_024, "The specified multipart upload does not exist.");
    return open;
  };

  const calls: Record<string, (call: Call, value: Buffer) => Answer> = {
    head: (call) => ({ json: described(found(call)) }),
    get: (call) => {
      const stored = found(call);
      const offset = Number(call.range?.offset ?? 0);
      const length = Number(call.range?.length ?? stored.bytes.length - offset);
      return { json: described(stored, { offset, length }), body: stored.bytes.subarray(offset, offset + length) };
    },
    put: (call, value) => {
      // The only condition Wasup makes: that there is no such object yet.
      if (call.onlyIf && objects.has(call.object)) throw new BucketError(412, 10_031, "Precondition failed");
      return store(call, Buffer.from(value));
    },
    createMultipartUpload: (call) => {
      const uploadId = randomUUID();
      uploads.set(uploadId, { call, parts: new Map() });
      return { json: { uploadId } };
    },
    uploadPart: (call, value) => {
      upload(call).parts.set(call.partNumber ?? 0, Buffer.from(value));
      return { json: { etag: randomUUID() } };
    },
    completeMultipartUpload: (call) => {
      const open = upload(call);
      uploads.delete(call.uploadId ?? "");
      return store(open.call, Buffer.concat((call.parts ?? []).map(({ part }) => open.parts.get(part) ?? Buffer.of())));
    },
    abortMultipartUpload: (call) => {
      uploads.delete(call.uploadId ?? "");
      return { json: {} };
    },
    delete: ({ object, objects: names = [object] }) => {
      for (const name of names) objects.delete(name);
      return { json: {} };
    },
    list: ({ prefix = "" }) => {
      const listed = [...objects.values()].filter(({ name }) => name.startsWith(prefix));
      return { json: { objects: listed.map((one) => described(one)), truncated: false, delimitedPrefixes: [] } };
    },
  };
  return {
    count: (): number => objects.size,
    answer: (call: Call, value: Buffer): Answer => {
      const answer = calls[call.method]?.(call, value);
      if (!answer) throw new BucketError(400, 10_029, `This bucket does not know ${call.method}`);
      return answer;
    },
  };
}

type Bucket = ReturnType<typeof bucket>;

async function handle({ answer: call }: Bucket, request: IncomingMessage, response: ServerResponse) {
  try {
    const body = Buffer.concat(await request.toArray());
    const size = Number(request.headers["cf-r2-metadata-size"] ?? 0);
    const json = request.method === "PUT" ? body.subarray(0, size).toString() : request.headers["cf-r2-request"];
    const answer = call(JSON.parse(String(json)) as Call, body.subarray(size));
    const metadata = Buffer.from(JSON.stringify(answer.json));
    const length = metadata.length + (answer.body?.length ?? 0);
    response.writeHead(200, { "cf-r2-metadata-size": metadata.length, "Content-Length": length });
    response.write(metadata);
    response.end(answer.body);
  } catch (error) {
    const { status, v4code, message } =
      error instanceof BucketError ? error : new BucketError(500, 10_001, String(error));
    response.writeHead(status, { "cf-r2-error": JSON.stringify({ version: 1, v4code, message }) }).end();
  }
}

export interface BucketServer {
  /** `host:port` */
  address: string;
  /** How many objects are in it. */
  count: () => number;
  stop: () => void;
}

/** An empty bucket on a loopback port. */
export async function startBucket(): Promise<BucketServer> {
  const opened = bucket();
  const server = createServer((request, response) => void handle(opened, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: opened.count,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
