/** A webhook of the tests: keeps what arrives, answers as told, and lets a test wait for a delivery. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Delivery {
  body: Record<string, unknown>;
  headers: Record<string, string | string[] | undefined>;
}

/** What to answer; a function sees the delivery. */
export type Answer =
  | { status?: number; body?: unknown }
  | ((delivery: Delivery) => { status?: number; body?: unknown });

export class WebhookReceiver {
  readonly deliveries: Delivery[] = [];
  answer: Answer = {};
  readonly #server: Server;
  #waiting: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const delivery = { body: JSON.parse(Buffer.concat(chunks).toString("utf8")), headers: request.headers };
        const { status = 200, body } =
          typeof receiver.answer === "function" ? receiver.answer(delivery) : receiver.answer;
        response.writeHead(status, { "Content-Type": "application/json" });
        response.end(body === undefined ? "" : JSON.stringify(body));
        receiver.#arrived(delivery);
      });
    });
    const receiver = new WebhookReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** The first delivery that fits, past or future. */
  async received(fits: (body: Record<string, unknown>) => boolean, timeoutMs = 60_000): Promise<Delivery> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.deliveries.find(({ body }) => fits(body));
      if (found) return found;
      const left = deadline - Date.now();
      if (left <= 0) {
        const seen = this.deliveries.map(({ body }) => `${body.event}:${body.message}`).join(", ");
        throw new Error(`No such delivery within ${timeoutMs} ms; seen: ${seen || "none"}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #arrived(delivery: Delivery): void {
    this.deliveries.push(delivery);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
