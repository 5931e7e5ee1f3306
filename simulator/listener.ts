/** The WhatsApp endpoint: HTTP on loopback, upgraded to WebSockets at one path. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

const HOST = "127.0.0.1";
/** Where WhatsApp Web's own endpoint is. */
const PATH = "/ws/chat";

/** How new connections are turned away: cut at once, or answered with HTTP 503. */
export type Refusal = "cut" | "unavailable";

export class Listener {
  refusal: Refusal | undefined;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  /** @param media answers everything that is no WebSocket */
  constructor(
    accept: (socket: WebSocket) => void,
    media: (request: IncomingMessage, response: ServerResponse) => void,
  ) {
    this.#http = createServer(media);
    this.#http.on("upgrade", (request, socket, head) => {
      // A client that goes away in the middle of the upgrade must not take the simulator with it.
      socket.on("error", () => socket.destroy());
      const path = (request.url ?? "").split("?")[0];
      if (this.refusal === "cut") {
        socket.destroy();
      } else if (this.refusal || path !== PATH) {
        const status = this.refusal ? "503 Service Unavailable" : "404 Not Found";
        socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      } else {
        this.#sockets.handleUpgrade(request, socket, head, accept);
      }
    });
  }

  /** Starts listening; gives the URL for clients. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject);
      this.#http.listen(port, HOST, resolve);
    });
    const { port: bound } = this.#http.address() as AddressInfo;
    return `ws://${HOST}:${bound}${PATH}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }
}
