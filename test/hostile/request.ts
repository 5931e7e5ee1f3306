/** Makes hostile requests from the OpenAPI document: a right one, of which one to three things are then wrong. */
import { pick } from "../faults/random.ts";
import { exampleBody, type Json, type Operation, operations } from "../support/operations.ts";
import type { HostileRequest } from "./exchange.ts";
import {
  ADDRESSES,
  CHATS,
  hostileMember,
  hostilePart,
  hostileText,
  hostileToken,
  PHONES,
  type Random,
} from "./values.ts";

/** What the requests are made about. */
export interface World {
  /** Ids by how much they may suffer: `kept` must survive, `spare` may be deleted, `absent` were never created. */
  instances: { kept: readonly string[]; spare: readonly string[]; absent: readonly string[] };
  /** Headers of callers: with every scope, with one, narrowed, of another organisation. */
  callers: readonly Record<string, string>[];
  administrator: Record<string, string>;
  /** Values that are right, by the name of a path parameter or of a field. */
  right: Readonly<Record<string, readonly string[]>>;
  /** Takes and serves anything. */
  url: string;
  /** Path of a public link to a file. */
  mediaLink: string;
}

/** Operations after which a number is no longer what it was. */
const ENDING = new Set(["deleteInstance", "clearAuth", "disconnectInstance"]);

/** What HTTP does not know, which the runtime refuses by itself. */
export const UNKNOWN_METHODS: ReadonlySet<string> = new Set(["get", "BREW"]);
const METHODS = ["PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "POST", "PUT", "DELETE", "GET", ...UNKNOWN_METHODS];

const TYPES = [
  "text/plain",
  "application/xml",
  "application/json; charset=utf-16",
  "application/json;charset=\ud800".slice(0, 23),
  "application/JSON",
  "application/json, text/html",
  "application/vnd.api+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  `multipart/form-data; boundary=${"x".repeat(300)}`,
  "multipart/form-data; boundary=x",
  "image/svg+xml",
  "text/html",
  "*/*",
  "",
  "application/octet-stream",
];

const RANGES = [
  "bytes=9-1",
  "bytes=0-",
  "bytes=-0",
  "bytes=-1",
  "bytes=0-0,2-3,5-9",
  "bytes=99999999999999999999-",
  "bytes=0-99999999999999999999",
  "bytes=a-b",
  "items=0-1",
  "bytes=",
  "bytes=0-1;x",
];

/** A value fit for a header line: no line ends but those that are meant. */
const headerValue = (random: Random): string =>
  Buffer.from(hostileText(random).slice(0, 2_000), "utf8")
    .toString("latin1")
    .replaceAll(/[\r\n\0]/g, "");

const idempotencyKeys = (random: Random): string =>
  pick(random, ["k", "k".repeat(255), "k".repeat(256), "", " ", "ключ", "__proto__", "'; --", headerValue(random)]);

function hostileHeader(random: Random): [string, string][] {
  const one = (name: string, values: readonly string[]): [string, string][] => [[name, pick(random, values)]];
  return pick<() => [string, string][]>(random, [
    () => [["Idempotency-Key", idempotencyKeys(random)]],
    () => [["Idempotency-Key", idempotencyKeys(random)]],
    () =>
      one("X-Org-Id", ["other", "default", "", "A B", "../x", "a/b", "x".repeat(33), "__proto__", "constructor", "~"]),
    () => [["X-Request-Id", headerValue(random)]],
    () => one("Range", RANGES),
    () => one("If-None-Match", ["*", '"x"', 'W/"x"', ",,,", headerValue(random)]),
    () => one("Content-Encoding", ["gzip", "br", "identity", "x"]),
    () => one("Last-Event-ID", ["-1", "1e309", "99999999999999999999", "evt_1", "\u0001", headerValue(random)]),
    () => one("Accept", ["image/svg+xml", "*/*;q=0", headerValue(random)]),
    () => one("Origin", ["null", "https://hostile.example"]),
    () => one("X-HTTP-Method-Override", ["DELETE"]),
    () => one("X-Forwarded-Host", ["169.254.169.254"]),
    () => one("Cookie", [headerValue(random)]),
    () => [
      ["Connection", "Upgrade"],
      ["Upgrade", "websocket"],
      ["Sec-WebSocket-Version", "13"],
      ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ],
    () => [["X-Big", "x".repeat(Math.floor(random() * 30_000))]],
    () => Array.from({ length: 150 }, (_, i) => [`X-Many-${i}`, headerValue(random).slice(0, 20)] as [string, string]),
  ])();
}

/** Every URL of an example leads to the test's own server: nothing may leave this machine. */
function homely(value: unknown, url: string): unknown {
  if (typeof value === "string") return /^https?:/.test(value) ? url : value;
  if (Array.isArray(value)) return value.map((item) => homely(item, url));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, homely(item, url)]));
}

function rightBody(operation: Operation, world: World, random: Random): Json | null {
  const example = exampleBody(operation);
  if (example === null) return null;
  const body = homely(example, world.url) as Json;
  for (const name of Object.keys(body)) {
    const known = world.right[name];
    if (known !== undefined) body[name] = pick(random, known);
  }
  // Ids of new instances and the link to the account itself are not to be repeated.
  if (operation.id === "createInstance") delete body.id;
  return body;
}

/** The same, but one or more fields are something else; as text, because some of it is no JSON. */
function hostileBody(body: Json, random: Random): string {
  const names = Object.keys(body);
  const members = new Map(names.map((name) => [name, JSON.stringify(body[name])]));
  for (let wrong = 1 + Math.floor(random() * 3); wrong > 0 && names.length > 0; wrong -= 1) {
    members.set(pick(random, names), fittingToken(random));
  }
  const parts = [...members].map(([name, token]) => `${JSON.stringify(name)}:${token}`);
  if (random() < 0.3) parts.push(hostileMember(random));
  // The same key twice.
  if (random() < 0.1 && names.length > 0) parts.push(`${JSON.stringify(pick(random, names))}:${hostileToken(random)}`);
  return `{${parts.join(",")}}`;
}

/** Wrong in its kind, or of the right kind and wrong in its content. */
function fittingToken(random: Random): string {
  const kind = random();
  if (kind < 0.6) return hostileToken(random);
  return JSON.stringify(pick(random, kind < 0.75 ? CHATS : kind < 0.88 ? PHONES : ADDRESSES));
}

/** Bodies that are no JSON object at all. */
function formlessBody(random: Random): Buffer {
  return pick<() => Buffer>(random, [
    () => Buffer.alloc(0),
    () => Buffer.from(hostileToken(random)),
    () => Buffer.from(`${"[".repeat(100_000)}`),
    () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    () => Buffer.from(`\ufeff{}`),
    () => Buffer.from(`{"a":1}{"a":2}`),
    () => Buffer.from(`{"to":"1"}`, "utf16le"),
    () => Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    () => Buffer.from("to=447000000000&message=hi"),
    () =>
      Buffer.from(
        '--x\r\nContent-Disposition: form-data; name="file"; filename="../../\0.html"\r\n\r\n<html>\r\n--x--\r\n',
      ),
    () => Buffer.from("--x\r\nContent-Disposition: form-data; name=file\r\n\r\n"),
  ])();
}

/** A little over the limit of a JSON body. */
const OVER_LIMIT = Buffer.from(`{"message":"${"x".repeat(1_048_577)}"}`);

function targetOf(operation: Operation, world: World, random: Random, isWrong: boolean): string {
  const { kept, spare, absent } = world.instances;
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (isWrong && random() < 0.5) return hostilePart(random);
    if (name === "instanceId") {
      if (ENDING.has(operation.id)) return pick(random, [...spare, ...absent]);
      return pick(random, random() < 0.7 ? kept : [...spare, ...absent]);
    }
    return encodeURIComponent(pick(random, world.right[name] ?? ["unknown"]));
  });
  if (!isWrong) return path;
  const names = operation.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const pairs = Array.from({ length: Math.floor(random() * 4) }, () => {
    const name = names.length > 0 && random() < 0.8 ? pick(random, names) : hostilePart(random);
    return `${name}=${hostilePart(random)}`;
  });
  if (random() < 0.01) pairs.push(`x=${"y".repeat(20_000)}`);
  return pairs.length > 0 ? `${path}?${pairs.join("&")}` : path;
}

/** Paths outside the operations: public links, pages, and what is not there. */
function strayTarget(world: World, random: Random): string {
  const [, , file = "", signature = ""] = world.mediaLink.split("/");
  return pick(random, [
    world.mediaLink,
    `/media/${file}/${"A".repeat(signature.length)}`,
    `/media/${file}/${signature.slice(0, -1)}`,
    `/media/${Buffer.from("~signing-key").toString("base64url")}/${signature}`,
    `/media/${hostilePart(random)}/${hostilePart(random)}`,
    `/media/${file}/${signature}/..%2f..`,
    "/docs",
    "/openapi.json",
    `/docs/${hostilePart(random)}`,
    `/${hostilePart(random)}`,
    `/api/${hostilePart(random)}/${hostilePart(random)}`,
    "/api//instances",
    "//api/instances",
    "/api/instances/",
    "/api/../api/keys",
    "/cdn-cgi/trace",
  ]);
}

/** The next request of this sequence. */
export function hostileRequest(random: Random, world: World): HostileRequest {
  const operation = pick(random, operations);
  const body = rightBody(operation, world, random);
  const caller = random() < 0.75 ? world.administrator : pick(random, world.callers);
  const headers: [string, string][] = Object.entries(caller);
  const isStray = random() < 0.06;
  const request: HostileRequest = {
    method: random() < 0.04 ? pick(random, METHODS) : operation.method,
    target: isStray ? strayTarget(world, random) : targetOf(operation, world, random, random() < 0.4),
    headers,
    body: body === null ? null : Buffer.from(JSON.stringify(body)),
    framing: "length",
  };
  if (request.method !== operation.method && request.method === "DELETE") request.target = "/api/instances/absent";
  if (body !== null && random() < 0.7) request.body = Buffer.from(hostileBody(body, random).toWellFormed());
  if (random() < 0.06) request.body = formlessBody(random);
  if (random() < 0.006) request.body = OVER_LIMIT;
  if (request.body !== null) {
    headers.push(["Content-Type", random() < 0.08 ? pick(random, TYPES) : "application/json"]);
    const framing = random();
    if (framing < 0.05) request.framing = "chunked";
    else if (framing < 0.08) request.framing = "understated";
    else if (framing < 0.11) request.framing = pick(random, ["truncated", "broken-chunk"]);
  }
  if (random() < 0.25) headers.push(...hostileHeader(random));
  return request;
}
