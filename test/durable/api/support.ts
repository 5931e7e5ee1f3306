/** The real Worker in workerd: `call("GET /api/health")` gives status and JSON. */
import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import worker from "../../../src/worker.ts";

interface Call {
  headers?: Record<string, string>;
  json?: unknown;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON, another text as it is; null for an empty body. */
  body: unknown;
}

function requestOf(target: string, { headers = {}, json }: Call): Request {
  const [method = "", path = ""] = target.split(" ");
  const url = `https://wasup.test${path}`;
  if (json === undefined) return new Request(url, { method, headers });
  return new Request(url, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(json),
  });
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json") === true;
  const body = text === "" ? null : isJson ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

/** Calls the deployed Worker, which has no key in the tests' configuration. */
export async function call(target: string, options: Call = {}): Promise<Answer> {
  return answerOf(await exports.default.fetch(requestOf(target, options)));
}

/** The same Worker on the same objects, with `settings` added to its bindings. */
export async function callWith(settings: Record<string, string>, target: string, options: Call = {}): Promise<Answer> {
  const context = createExecutionContext();
  return answerOf(await worker.fetch(requestOf(target, options), { ...env, ...settings }, context));
}

/** Usage of a number that has sent nothing. */
export const UNUSED = {
  status: "healthy",
  hourlyUsage: 0,
  dailyUsage: 0,
  hourlyChatsUsage: 0,
  dailyChatsUsage: 0,
  warnings: [],
  stats: { messagesThisHour: 0, messagesThisDay: 0, uniqueChatsThisHour: 0, uniqueChatsThisDay: 0 },
};
