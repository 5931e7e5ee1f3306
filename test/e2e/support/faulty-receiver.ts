/** A webhook that misbehaves as told, verifies every signature, and knows what it took and in which order. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

export interface Attempt {
  path: string;
  body: Record<string, unknown> & { seq: number; event_id: string; event: string };
  headers: IncomingMessage["headers"];
  /** Verifies with each of these secrets. */
  verifiedBy: string[];
  /** 1 for the first time this event came. */
  time: number;
  /** True when the answer was a whole 2xx. */
  taken: boolean;
}

export type Behaviour =
  | { status: number; headers?: Record<string, string>; body?: string; afterMs?: number }
  /** Never answers. */
  | "hang"
  /** Begins a 200 and breaks the line. */
  | "cut";

export class FaultyReceiver {
  readonly attempts: Attempt[] = [];
  /** Every delivery must verify with at least one of them. */
  secrets: string[] = [];
  behave: (attempt: Attempt) => Behaviour = () => ({ status: 200 });
  #server: Server;
  #port = 0;
  #waiting: (() => void)[] = [];
  readonly #stops = new Map<"request" | "answer", () => void>();

  private constructor() {
    this.#server = this.#newServer();
  }

  static async start(): Promise<FaultyReceiver> {
    const receiver = new FaultyReceiver();
    await receiver.comesBack();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** The port is closed: nobody listens. */
  async goesDown(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Listens again, on the port it had. */
  async comesBack(): Promise<void> {
    this.#server = this.#newServer();
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /**
   * The moment for a crash: the next request came and is never answered, or the next whole 200 was just given.
   * @returns its promise, and the way to stop waiting for it
   */
  stopsAt(what: "request" | "answer"): { caught: Promise<void>; remove: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stops.set(what, resolve);
    return { caught: promise, remove: () => void this.#stops.delete(what) };
  }

  /** Forgets what came so far. */
  startsAnew(behave: FaultyReceiver["behave"] = () => ({ status: 200 })): void {
    this.attempts.length = 0;
    this.behave = behave;
  }

  /** The texts that were taken, each once, in order of arrival. */
  get taken(): string[] {
    return [...new Set(this.attempts.filter(({ taken }) => taken).map(({ body }) => String(body.message)))];
  }

  /** Waits until so many different texts were taken. */
  async took(count: number, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (this.taken.length < count) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`Took ${this.taken.length} of ${count} texts within ${timeoutMs} ms`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      this.#waiting.push(resolve);
      await promise;
      clearTimeout(timer);
    }
  }

  /** Events that came before one that is earlier in the log of their chat, as `chat: seq after seq`. */
  get disorder(): string[] {
    const latest = new Map<string, number>();
    return this.attempts.flatMap(({ body }) => {
      const chat = String(body.chat_id ?? "");
      const before = latest.get(chat) ?? 0;
      latest.set(chat, Math.max(before, body.seq));
      return body.seq < before ? [`${chat}: ${body.seq} after ${before}`] : [];
    });
  }

  /** Event ids of requests that none of the secrets verifies. */
  get unverified(): string[] {
    return this.attempts.filter(({ verifiedBy }) => verifiedBy.length === 0).map(({ body }) => body.event_id);
  }

  async stop(): Promise<void> {
    await this.goesDown();
  }

  #newServer(): Server {
    return createServer((request, response) => void this.#serve(request, response));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = (await buffer(request).catch(() => Buffer.alloc(0))).toString("utf8");
    // A line that broke off before its end is no request.
    if (raw === "") return;
    const body = JSON.parse(raw) as Attempt["body"];
    const attempt: Attempt = {
      path: request.url ?? "",
      body,
      headers: request.headers,
      verifiedBy: this.secrets.filter((secret) => verifies(secret, raw, request.headers)),
      time: this.attempts.filter((before) => before.body.event_id === body.event_id).length + 1,
      taken: false,
    };
    this.attempts.push(attempt);
    if (this.#reached("request")) return;
    const behaviour = this.behave(attempt);
    if (behaviour === "hang") return;
    if (behaviour === "cut") {
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
      response.write('{"reply":"cut', () => response.destroy());
      return;
    }
    const { status, headers = {}, body: answer = "", afterMs = 0 } = behaviour;
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(answer, () => {
      attempt.taken = status >= 200 && status < 300;
      if (attempt.taken) this.#reached("answer");
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  #reached(what: "request" | "answer"): boolean {
    const tell = this.#stops.get(what);
    this.#stops.delete(what);
    tell?.();
    return tell !== undefined;
  }
}

function verifies(secret: string, body: string, headers: IncomingMessage["headers"]): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
