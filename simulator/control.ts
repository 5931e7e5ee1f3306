/** The simulator's verbs over HTTP, on loopback, JSON in and out: for tests and demos in other processes. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BadRequest, NotFound } from "./control-input.ts";
import { findRoute, ROUTES, type RouteInput } from "./control-routes.ts";
import type { SimulatorServer } from "./server.ts";

const HOST = "127.0.0.1";
/** A QR text or a message is far smaller. */
const MAX_BODY_BYTES = 1024 * 1024;

export class ControlServer {
  readonly #simulator: SimulatorServer;
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  constructor(simulator: SimulatorServer) {
    this.#simulator = simulator;
  }

  /** Starts listening; gives the base URL. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, HOST, resolve);
    });
    const { port: bound } = this.#http.address() as AddressInfo;
    return `http://${HOST}:${bound}`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}\n`);
    };
    try {
      const url = new URL(request.url ?? "/", `http://${HOST}`);
      const method = request.method ?? "GET";
      if (url.pathname === "/") {
        send(200, { routes: ROUTES.map((route) => `${route.method} ${route.path}: ${route.what}`) });
        return;
      }
      const found = findRoute(method, url.pathname);
      if (!found) throw new NotFound(`no route ${method} ${url.pathname}; GET / lists them`);
      const input: RouteInput = {
        simulator: this.#simulator,
        params: found.params,
        query: url.searchParams,
        body: await readJson(request),
      };
      send(200, (await found.route.run(input)) ?? { ok: true });
    } catch (error) {
      const { status, code, message } = asProblem(error);
      send(status, { error: { code, message } });
    }
  }
}

/** Errors by name, and the HTTP status of each. */
const STATUS: Record<string, number> = {
  BadRequest: 400,
  NotFound: 404,
  PairingRefused: 409,
  WrongPairingCode: 409,
  WaitTimeout: 408,
};

function asProblem(error: unknown): { status: number; code: string; message: string } {
  if (!(error instanceof Error)) return { status: 500, code: "Error", message: String(error) };
  return { status: STATUS[error.name] ?? 422, code: error.name, message: error.message };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BadRequest(`the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return {};
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new BadRequest("the body is not JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new BadRequest("the body is not a JSON object");
  return body as Record<string, unknown>;
}
