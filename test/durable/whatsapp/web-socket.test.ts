import { once } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import OutboundWebSocket from "../../../src/whatsapp/transport/web-socket.ts";

const URL_OF_SERVER = "wss://whatsapp.example/ws/chat?x=1";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Server {
  socket: WebSocket;
  /** The client's end, as the runtime gave it to the client. */
  clientEnd: WebSocket;
  /** What was asked for: URL and headers. */
  asked: { url: string; headers: Record<string, string> };
  /** Bytes that arrived, in order. */
  frames: number[][];
  /** Resolves when this many frames are there. */
  received(count: number): Promise<void>;
  closed: Promise<number>;
}

/** A client that is connected, and the server's end of its socket. */
async function connected(): Promise<{ client: OutboundWebSocket; server: Server }> {
  const { 0: theirs, 1: socket } = new WebSocketPair();
  const asked: Server["asked"] = { url: "", headers: {} };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    Object.assign(asked, { url: String(input), headers: init?.headers });
    return new Response(null, { status: 101, webSocket: theirs });
  });
  const frames: number[][] = [];
  const waiting: (() => void)[] = [];
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    frames.push([...new Uint8Array(data as ArrayBuffer)]);
    for (const check of waiting) check();
  });
  const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  socket.accept();
  const received = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => frames.length >= count && resolve();
      waiting.push(check);
      check();
    });
  const client = new OutboundWebSocket(URL_OF_SERVER, { origin: "https://web.whatsapp.com", headers: { "X-A": "b" } });
  await once(client, "open");
  return { client, server: { socket, clientEnd: theirs, asked, frames, received, closed } };
}

/** Resolves with the client's `close`; `once` of node:events would reject at an `error` before it. */
const ending = (client: OutboundWebSocket) => new Promise<void>((resolve) => client.once("close", () => resolve()));

/** Counts the events of a client that end it. */
function endings(client: OutboundWebSocket) {
  const seen: string[] = [];
  client.on("close", () => seen.push("close"));
  client.on("error", (error: Error) => seen.push(`error: ${error.message}`));
  return seen;
}

describe("connecting", () => {
  test("asks for an upgrade over HTTP, with the origin WhatsApp wants", async () => {
    const { client, server } = await connected();
    expect(server.asked).toEqual({
      url: "https://whatsapp.example/ws/chat?x=1",
      headers: { "X-A": "b", Upgrade: "websocket", Origin: "https://web.whatsapp.com" },
    });
    expect(client.readyState).toBe(OutboundWebSocket.OPEN);
  });

  test("to a server that refuses the upgrade is an error and a close", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("no", { status: 403 }));
    const client = new OutboundWebSocket(URL_OF_SERVER);
    const seen = endings(client);
    await ending(client);
    expect(seen).toEqual(["error: Unexpected server response: 403", "close"]);
    expect(client.readyState).toBe(OutboundWebSocket.CLOSED);
  });

  test("to a server that does not answer is given up", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.spyOn(globalThis, "fetch").mockImplementation(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const client = new OutboundWebSocket(URL_OF_SERVER, { handshakeTimeout: 5_000 });
    const seen = endings(client);
    vi.advanceTimersByTime(4_999);
    expect(seen).toEqual([]);
    vi.advanceTimersByTime(1);
    await ending(client);
    expect(seen).toEqual(["error: aborted", "close"]);
  });

  test("without anybody who listens for errors ends quietly", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("unreachable"));
    const client = new OutboundWebSocket(URL_OF_SERVER);
    await ending(client);
    expect(client.readyState).toBe(OutboundWebSocket.CLOSED);
  });

  test("that is called off closes the socket that comes of it", async () => {
    const { 0: theirs, 1: server } = new WebSocketPair();
    const upgrade = Promise.withResolvers<Response>();
    vi.spyOn(globalThis, "fetch").mockReturnValue(upgrade.promise);
    const client = new OutboundWebSocket(URL_OF_SERVER);
    const seen = endings(client);
    client.close();
    await ending(client);
    const closed = new Promise<number>((resolve) => server.addEventListener("close", ({ code }) => resolve(code)));
    server.accept();
    upgrade.resolve(new Response(null, { status: 101, webSocket: theirs }));
    expect(await closed).toBe(1000);
    expect(seen).toEqual(["close"]);
  });
});

describe("frames", () => {
  test("arrive as bytes, in order", async () => {
    const { client, server } = await connected();
    const seen: unknown[] = [];
    client.on("message", (data) => seen.push(data));
    server.socket.send(Uint8Array.of(1, 2));
    server.socket.send("a text is no frame of this protocol");
    server.socket.send(Uint8Array.of(3));
    while (seen.length < 2) await once(client, "message");
    expect(seen).toEqual([Buffer.from([1, 2]), Buffer.from([3])]);
  });

  test("leave in order, a turn of the event loop after they were given", async () => {
    const { client, server } = await connected();
    const written: unknown[] = [];
    for (const n of [1, 2, 3]) client.send(Uint8Array.of(n), (error) => written.push(error));
    await Promise.resolve();
    expect([written, server.frames]).toEqual([[undefined, undefined, undefined], []]);
    await server.received(3);
    expect(server.frames).toEqual([[1], [2], [3]]);
  });

  test("that are given just before closing still leave", async () => {
    const { client, server } = await connected();
    client.send(Uint8Array.of(7));
    client.close();
    await server.received(1);
    expect(server.frames).toEqual([[7]]);
  });

  test("are refused while the socket is not open", async () => {
    const { client } = await connected();
    client.close();
    const error = await new Promise((resolve) => client.send(Uint8Array.of(1), resolve));
    expect(error).toEqual(new Error("WebSocket is not open"));
  });
});

describe("the end", () => {
  test("comes at once when it is ours, and once", async () => {
    const { client, server } = await connected();
    const seen = endings(client);
    client.close();
    client.close();
    await ending(client);
    expect(await server.closed).toBe(1000);
    client.close();
    expect(seen).toEqual(["close"]);
  });

  test("comes when the server closes", async () => {
    const { client, server } = await connected();
    const seen = endings(client);
    server.socket.close(1011, "over");
    await ending(client);
    expect(seen).toEqual(["close"]);
    expect(client.readyState).toBe(OutboundWebSocket.CLOSED);
  });

  test("comes once when a frame cannot leave any more while we close", async () => {
    const { client, server } = await connected();
    const seen = endings(client);
    // This one socket only: the test runner talks to Node over a WebSocket of its own.
    vi.spyOn(server.clientEnd, "send").mockImplementation(() => {
      throw new TypeError("Can't call WebSocket send() after close()");
    });
    client.send(Uint8Array.of(1));
    client.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(["error: Can't call WebSocket send() after close()", "close"]);
    expect(client.readyState).toBe(OutboundWebSocket.CLOSED);
    server.socket.close();
  });
});
