/** The gateway's HTTP API, as a program of yours would call it: fetch and JSON, nothing else. */
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;
/** Everything the demo waits for takes a second or two; a busy machine may need longer. */
const PATIENCE_MS = 30_000;

export interface StoredMessage {
  id: string;
  text: string;
  status: string;
  source: string | null;
}

export class GatewayClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  create(id: string, name: string, webhookUrl: string): Promise<unknown> {
    return this.#post("/api/instances", { id, name, webhookUrl });
  }

  connect(id: string): Promise<{ message: string }> {
    return this.#post(`/api/instances/${id}/connect`, {});
  }

  /** The QR as `data:image/png;base64,…`, as soon as there is one. */
  qrPicture(id: string): Promise<string> {
    return this.#eventually("a QR", async () => {
      const answer = await this.#get<{ qrCode: string | null } | null>(`/api/instances/${id}/qr`);
      return answer?.qrCode ?? undefined;
    });
  }

  /** The linked number, as soon as the instance is connected. */
  connected(id: string): Promise<string> {
    return this.#eventually(`${id} to be connected`, async () => {
      const { status, phone } = await this.#get<{ status: string; phone: string | null }>(
        `/api/instances/${id}/connection`,
      );
      return status === "connected" ? (phone ?? undefined) : undefined;
    });
  }

  send(id: string, to: string, message: string): Promise<{ success: boolean; messageId: string; status: string }> {
    return this.#post(`/api/instances/${id}/send`, { to, message });
  }

  /** The stored message that fits, as soon as it has one of these statuses. */
  messageWith(id: string, fits: (message: StoredMessage) => boolean, statuses: string[]): Promise<StoredMessage> {
    return this.#eventually(`a message to be ${statuses.join(" or ")}`, async () => {
      const { messages } = await this.#get<{ messages: StoredMessage[] }>(`/api/instances/${id}/messages?limit=50`);
      return messages.find((message) => fits(message) && statuses.includes(message.status));
    });
  }

  async #eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE_MS / 1_000} s for ${what}`);
      await sleep(POLL_MS);
    }
  }

  #get<T>(path: string): Promise<T> {
    return this.#call<T>("GET", path);
  }

  #post<T>(path: string, body: object): Promise<T> {
    return this.#call<T>("POST", path, body);
  }

  /** Null for an answer without a body (204). */
  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === "" ? null : JSON.parse(text)) as T;
  }
}
