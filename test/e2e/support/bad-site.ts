/** A web server on which everything goes wrong that can go wrong with a file, by path. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452000000400000002008020000", "hex");
const WEBP = Buffer.from("RIFF\x00\x00\x00\x00WEBPVP8 ");

/** A file of `size` bytes that begins like one of its kind. */
const bytesOf = (head: Buffer, size: number): Buffer => Buffer.concat([head, Buffer.alloc(size - head.length, 0x55)]);

/** @param sizes bytes of the two files that are too large: for a sticker, and for the deployment */
const pages = (sizes: {
  sticker: number;
  file: number;
}): Readonly<Record<string, (response: ServerResponse) => void>> => ({
  "/photo.png": (response) => response.end(bytesOf(PNG, 90_000)),
  "/missing.png": (response) => response.writeHead(404).end("secret"),
  "/broken.png": (response) => response.writeHead(500).end("secret"),
  "/login.png": (response) => response.writeHead(200, { "Content-Type": "image/png" }).end("<html>Log in first</html>"),
  "/empty.png": (response) => response.end(),
  "/loop.png": (response) => response.writeHead(302, { Location: "/loop.png" }).end(),
  "/nowhere.png": (response) => response.writeHead(302, { Location: "http://[" }).end(),
  "/hangs-up.png": (response) => response.destroy(),
  // In the first piece that is read of a file, and behind it, when the bucket has begun to take it.
  "/cut-early.png": (response) => cutOff(response.setHeader("Content-Length", 1_000_000), 20_000),
  "/cut-late.png": (response) => cutOff(response.setHeader("Content-Length", 1_000_000), 700_000),
  "/cut-chunk.png": (response) => cutOff(response, 700_000),
  "/large.webp": (response) => response.end(bytesOf(WEBP, sizes.sticker)),
  "/large.bin": (response) => response.end(bytesOf(WEBP, sizes.file)),
  "/large-untold.bin": (response) => {
    response.write(bytesOf(WEBP, sizes.file));
    response.end();
  },
  "/endless.bin": endless,
});

function cutOff(response: ServerResponse, at: number): void {
  response.write(bytesOf(PNG, at), () => response.destroy());
}

/** Writes until the other side has had enough. */
function endless(response: ServerResponse): void {
  const piece = bytesOf(WEBP, 65_536);
  const go = (): void => {
    while (!response.destroyed && response.write(piece));
    response.once("drain", go);
  };
  go();
}

export class BadSite {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = urlOf(server);
  }

  static async start(sizes: { sticker: number; file: number }): Promise<BadSite> {
    const byPath = pages(sizes);
    const server = createServer((request, response) => {
      const page = byPath[request.url ?? ""];
      if (page === undefined) throw new Error(`There is no page ${request.url}`);
      page(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new BadSite(server);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** An address of this machine at which nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = urlOf(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}
