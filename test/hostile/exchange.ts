/** One HTTP exchange as bytes: what an ordinary client would refuse to send is sent as it is. */
import { connect } from "node:net";

/** How the body is announced, and what of it follows. */
export type Framing = "length" | "chunked" | "truncated" | "broken-chunk" | "understated";

export interface HostileRequest {
  method: string;
  /** Path and query, as sent. */
  target: string;
  headers: readonly (readonly [string, string])[];
  /** Null for none. */
  body: Buffer | null;
  framing: Framing;
}

export interface Exchange {
  /** Null when the line was closed without an answer. */
  status: number | null;
  /** Names in lower case. */
  headers: Map<string, string>;
  /** Empty for a stream, of which only the head is read. */
  body: Buffer;
  /** The line was broken by the server, which discards what it did not read, and what we did not read yet. */
  isReset: boolean;
  ms: number;
}

/** The bytes of the request; it asks for the line to be closed. */
export function encode({ method, target, headers, body, framing }: HostileRequest, host: string): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines = [`${method} ${target} HTTP/1.1`];
  if (!given.has("host")) lines.push(`Host: ${host}`);
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (!given.has("upgrade")) lines.push("Connection: close");
  const content = body ?? Buffer.alloc(0);
  const isChunked = framing === "chunked" || framing === "broken-chunk";
  if (isChunked) lines.push("Transfer-Encoding: chunked");
  else if (body) {
    const more = framing === "truncated" ? 1_000 : framing === "understated" ? -Math.ceil(content.length / 2) : 0;
    lines.push(`Content-Length: ${content.length + more}`);
  }
  // Latin-1: what is above it was encoded by whoever made the request.
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (!isChunked) return Buffer.concat([head, content]);
  const chunk = [Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from("\r\n")];
  const end = framing === "broken-chunk" ? "zz\r\n" : "0\r\n\r\n";
  return Buffer.concat([head, ...(content.length > 0 ? chunk : []), Buffer.from(end)]);
}

type Answer = Pick<Exchange, "status" | "headers" | "body"> & { isWhole: boolean };

function parse(bytes: Buffer): Answer | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = Number(first.split(" ")[1]);
  const body = bytes.subarray(end + 4);
  if (status === 100) return parse(body);
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  if (headers.get("transfer-encoding") === "chunked") return { status, headers, ...joined(body) };
  const length = Number(headers.get("content-length") ?? Number.POSITIVE_INFINITY);
  const isWhole = status === 204 || status === 304 || body.length >= length;
  // What comes behind it answers bytes that the request's own length left over.
  return { status, headers, body: body.subarray(0, length), isWhole };
}

/** The content of a chunked body. */
function joined(body: Buffer): { body: Buffer; isWhole: boolean } {
  const parts: Buffer[] = [];
  let isWhole = false;
  for (let at = 0; at < body.length && !isWhole; ) {
    const line = body.indexOf("\r\n", at);
    if (line < 0) break;
    const size = Number.parseInt(body.subarray(at, line).toString("latin1"), 16);
    isWhole = size === 0;
    parts.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return { body: Buffer.concat(parts), isWhole };
}

/** An answer that goes on for ever, or turns into something else: its head is all there is to see. */
const isOpenEnded = ({ status, headers }: Answer): boolean =>
  status === 101 || headers.get("content-type")?.startsWith("text/event-stream") === true;

const NOTHING = { status: null, headers: new Map<string, string>(), body: Buffer.alloc(0) };

/** @throws when there is neither an answer nor an end of the line within `limitMs` */
export function exchange(url: URL, request: HostileRequest, limitMs: number): Promise<Exchange> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), allowHalfOpen: true });
    let bytes = Buffer.alloc(0);
    let isReset = false;
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const { status, headers, body } = parse(bytes) ?? NOTHING;
      resolve({ status, headers, body, isReset, ms: performance.now() - started });
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`No answer within ${limitMs} ms`));
    }, limitMs);
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const answer = parse(bytes);
      const hasNoBody = request.method === "HEAD";
      if (answer && (hasNoBody || answer.isWhole || isOpenEnded(answer))) finish();
    });
    socket.once("end", finish);
    // A server may refuse a body by closing while it is still being sent.
    socket.once("error", () => {
      isReset = true;
      finish();
    });
    socket.once("close", finish);
    const isHalf = request.framing === "truncated" || request.framing === "broken-chunk";
    const data = encode(request, url.host);
    if (isHalf) socket.end(data);
    else socket.write(data);
  });
}
