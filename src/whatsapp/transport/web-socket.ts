/**
 * Stands in for the npm module `ws` (see `[alias]` in wrangler.toml): the part of its client that Baileys uses, over
 * the runtime's own outbound WebSocket. A real client socket can only be had from `fetch` with an `Upgrade` header,
 * because `new WebSocket(url, [], { headers })` drops the headers and WhatsApp wants `Origin`.
 */
import { EventEmitter } from "node:events";
import { setImmediate } from "node:timers";

interface Options {
  origin?: string;
  headers?: Record<string, string>;
  /** Milliseconds until an unanswered upgrade is given up. */
  handshakeTimeout?: number;
}

const HANDSHAKE_TIMEOUT_MS = 20_000;

type SendCallback = (error?: Error) => void;

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/**
 * Emits `open`, `message` (Buffer), `error` (Error) and `close`, like `ws`.
 *
 * A frame leaves one turn of the event loop after `send`: Baileys encrypts, sends, and only then stores the advanced
 * Signal session. Held back until that write is made, the frame is caught by the runtime's output gate and cannot
 * reach WhatsApp before the key state it was encrypted with is durable.
 */
export default class OutboundWebSocket extends EventEmitter {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;

  readyState: number = CONNECTING;
  #socket: WebSocket | null = null;
  #queue: Uint8Array[] = [];
  #flushing = false;

  constructor(url: URL | string, options: Options = {}) {
    super();
    void this.#open(new URL(url), options);
  }

  /** Queues one binary frame; `done` gets an error when the socket is not open. */
  send(data: Uint8Array, done?: SendCallback): void {
    if (this.readyState !== OPEN) {
      done?.(new Error("WebSocket is not open"));
      return;
    }
    this.#queue.push(data);
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => this.#flush());
    }
    done?.();
  }

  /** Sends what is queued, closes, and emits `close` without waiting for a peer that may be silent. */
  close(): void {
    if (this.readyState === CLOSED) return;
    this.#flush();
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSING;
    try {
      this.#socket?.close(1000);
    } catch {
      // The peer was faster; closed is what we want.
    }
    queueMicrotask(() => this.#closed());
  }

  async #open(url: URL, options: Options): Promise<void> {
    // The signal stays with the socket for as long as that lives: only a timer that is cleared may use it.
    const upgrade = new AbortController();
    const timer = setTimeout(() => upgrade.abort(), options.handshakeTimeout ?? HANDSHAKE_TIMEOUT_MS);
    try {
      const address = url.href.replace(/^ws/, "http");
      const response = await fetch(address, {
        headers: {
          ...options.headers,
          Upgrade: "websocket",
          ...(options.origin === undefined ? {} : { Origin: options.origin }),
        },
        signal: upgrade.signal,
      });
      const socket = response.webSocket;
      if (!socket) throw new Error(`Unexpected server response: ${response.status}`);
      if (this.readyState !== CONNECTING) {
        socket.accept();
        socket.close(1000);
        return;
      }
      socket.binaryType = "arraybuffer";
      socket.addEventListener("message", (event) => {
        if (event.data instanceof ArrayBuffer) this.emit("message", Buffer.from(event.data));
      });
      socket.addEventListener("close", () => this.#closed());
      socket.addEventListener("error", () => this.#failed(new Error("WebSocket connection failed")));
      this.#socket = socket;
      socket.accept();
      this.readyState = OPEN;
      this.emit("open");
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)));
    } finally {
      clearTimeout(timer);
    }
  }

  #flush(): void {
    this.#flushing = false;
    const frames = this.#queue;
    this.#queue = [];
    for (const frame of frames) {
      try {
        this.#socket?.send(frame);
      } catch (error) {
        this.#failed(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }

  #failed(error: Error): void {
    if (this.readyState === CLOSED) return;
    if (this.listenerCount("error") > 0) this.emit("error", error);
    this.#closed();
  }

  #closed(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#queue = [];
    this.emit("close");
  }
}
