/** A small HTTP server on a free loopback port: POST bodies in, JSON out. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers a body with an object; a thrown error becomes a 400 with its message. */
export type Handler = (body: Buffer) => object | Promise<object>;

export interface LocalServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** @param routes handlers by path, such as `/webhook` */
export async function startLocalServer(routes: Readonly<Record<string, Handler>>): Promise<LocalServer> {
  const answer = async (method: string, path: string, body: Buffer): Promise<{ status: number; body: object }> => {
    const handler = routes[path];
    if (!handler) return { status: 404, body: { error: `Nothing here; there is ${Object.keys(routes).join(", ")}` } };
    if (method !== "POST") return { status: 405, body: { error: "Use POST" } };
    try {
      return { status: 200, body: await handler(body) };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const { status, body } = await answer(request.method ?? "", request.url ?? "", Buffer.concat(chunks));
      response.writeHead(status, { "Content-Type": "application/json" }).end(`${JSON.stringify(body)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
