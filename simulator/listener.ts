/** The WhatsApp endpoint: HTTP on loopback, upgraded to WebSockets at one path. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

const HOST = "127.0.0.1";
/** Where WhatsApp Web's own endpoint is. */
const PATH = "/ws/chat";

export class Listener {
  /** While true, upgrades are answered with 503 and the socket is closed. */
  refusing = false;
  readonly #http = createServer((_, response) => response.writeHead(426, { connection: "close" }).end());
  readonly #sockets = new WebSocketServer({ noServer: true });

  constructor(accept: (socket: WebSocket) => void) {
    this.#http.on("upgrade", (request, socket, head) => {
      // A client that goes away in the middle of the upgrade must not take the simulator with it.
      socket.on("error", () => socket.destroy());
      const path = (request.url ?? "").split("?")[0];
      if (this.refusing || path !== PATH) {
        const status = this.refusing ? "503 Service Unavailable" : "404 Not Found";
        socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, accept);
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
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }
}
