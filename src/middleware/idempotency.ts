/** `Idempotency-Key` on every POST and PUT: the same call sent twice is executed once, and answered twice. */
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { refuse } from "../errors.ts";
import type { IdempotentEnd } from "../idempotency/idempotent-calls.ts";
import { openAnswer, sealAnswer } from "../idempotency/sealed-answer.ts";
import type { AppEnv } from "./app-env.ts";
import { RefusalError } from "./errors.ts";
import { isDeclaredJson } from "./json-body.ts";

const METHODS = new Set(["POST", "PUT"]);
/** Visible ASCII, as the Idempotency-Key draft of the IETF has it; a UUID is what most clients send. */
const KEY = /^[\x21-\x7e]{1,255}$/;
/** Larger answers are pictures or pages of data, which a repetition may compute anew. */
const LARGEST_ANSWER_BYTES = 256 * 1_024;

const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\n");
  return hash.digest("hex");
};

/** What makes two calls the same. A body that is not JSON is a stream and not read for this. */
async function fingerprintOf(c: Context<AppEnv>): Promise<string> {
  const type = c.req.header("Content-Type") ?? "";
  const body = isDeclaredJson(type)
    ? new Uint8Array(await c.req.raw.clone().arrayBuffer())
    : // The boundary of a form is another one each time.
      `${type.split(";")[0]}\n${c.req.header("Content-Length")}`;
  return sha256(c.req.method, c.req.path, new URL(c.req.url).search, body);
}

/** The object that remembers: the number's own below its path, so that its calls need no other object. */
function keeperOf(c: Context<AppEnv>) {
  const { services, orgId } = c.var;
  const instance = c.get("instance");
  return instance === undefined
    ? {
        begin: (id: string, print: string) => services.directory(orgId).beginIdempotent(id, print),
        end: (id: string, end: IdempotentEnd) => services.directory(orgId).endIdempotent(id, end),
      }
    : {
        begin: (id: string, print: string) => instance.beginIdempotent(orgId, id, print),
        end: (id: string, end: IdempotentEnd) => instance.endIdempotent(orgId, id, end),
      };
}

/** Sets `idempotencyId` while a call with a key runs. Runs after `instance`, where that applies. */
export const idempotency: MiddlewareHandler<AppEnv> = async (c, next) => {
  const key = c.req.header("Idempotency-Key");
  // What is no operation does nothing, whatever its key.
  if (key === undefined || !METHODS.has(c.req.method) || !c.get("isOperation")) return next();
  if (!KEY.test(key)) {
    const issues = [{ path: "Idempotency-Key", message: "Use 1 to 255 visible ASCII characters, for example a UUID" }];
    throw new RefusalError(refuse("invalid_request", "The idempotency key is not valid", { issues }).error);
  }
  const id = sha256(c.var.principal.keyId, key);
  const keeper = keeperOf(c);
  const verdict = await keeper.begin(id, await fingerprintOf(c));
  switch (verdict.state) {
    case "done": {
      const { status, contentType, body } = openAnswer(verdict.answer, key);
      const headers = {
        ...(contentType === null ? {} : { "Content-Type": contentType }),
        "Idempotent-Replayed": "true",
      };
      return new Response(body === "" ? null : Buffer.from(body, "base64"), { status, headers });
    }
    case "mismatch": {
      const hint = "Use a new key for a new call";
      throw new RefusalError(refuse("idempotency_conflict", "This key was used for another call", { hint }).error);
    }
    case "busy": {
      const more = { hint: "The first call with this key is still running", retryAfterMs: 5_000 };
      throw new RefusalError(refuse("idempotency_conflict", "This call is still running", more).error);
    }
    case "run":
      break;
    case "unknown":
      return next();
  }
  c.set("idempotencyId", id);
  let end: IdempotentEnd = { kind: "undone" };
  try {
    await next();
    end = await endOf(c, key);
  } finally {
    await keeper.end(id, end);
  }
  return undefined;
};

/** A call that was refused or failed did nothing, so the same call may be tried again under the same key. */
async function endOf(c: Context<AppEnv>, key: string): Promise<IdempotentEnd> {
  const response = c.res;
  const sending = c.get("sending");
  // A send that the rules held back did nothing either: the same key sends it later.
  if (!response.ok || sending === "held_back") return { kind: "undone" };
  // The number's own object knows the message by the key; asked again it tells what became of it and sends nothing.
  if (sending === "pending" && c.get("instance") !== undefined) return { kind: "unfinished" };
  const body = Buffer.from(await response.clone().arrayBuffer());
  if (body.length > LARGEST_ANSWER_BYTES) return { kind: "undone" };
  const contentType = response.headers.get("Content-Type");
  const answer = sealAnswer({ status: response.status, contentType, body: body.toString("base64") }, key);
  return { kind: "answered", answer };
}
