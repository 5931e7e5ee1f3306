import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postJson } from "../../../src/events/post.ts";
import { readAtMost } from "../../../src/events/read-at-most.ts";

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const posting = (to: string) => postJson({ url: to, body: "{}", headers: {} });

/** Posts to a receiver that answers with this status, headers and body. */
function posted(status: number, headers: Record<string, string> = {}, body = "") {
  answer = (_, response) => response.writeHead(status, headers).end(body);
  return posting(url);
}

describe("a post to a webhook", () => {
  test("carries the body as JSON under our name, with the headers it is given", async () => {
    const received = Promise.withResolvers<unknown>();
    answer = async (request, response) => {
      const { method, headers } = request;
      const { "content-type": type, "user-agent": agent, "x-key": key } = headers;
      received.resolve({ method, type, agent, key, body: await text(request) });
      response.end();
    };
    await postJson({ url, body: `{"event":"message"}`, headers: { "X-Key": "k", "User-Agent": "somebody" } });
    expect(await received.promise).toEqual({
      method: "POST",
      type: "application/json",
      agent: expect.stringMatching(/^wasup-edge\/\d/),
      key: "k",
      body: `{"event":"message"}`,
    });
  });

  test("succeeds with any 2xx and gives the answer", async () => {
    expect(await posted(202, {}, `{"reply":"Hello"}`)).toEqual({
      status: 202,
      body: `{"reply":"Hello"}`,
      beginning: `{"reply":"Hello"}`,
      retryAfterMs: null,
      error: null,
    });
    expect(await posted(204)).toMatchObject({ status: 204, error: null });
  });

  test("fails with any other status", async () => {
    expect(await posted(500, {}, "oops")).toEqual({
      status: 500,
      body: "oops",
      beginning: "oops",
      retryAfterMs: null,
      error: "The webhook answered 500",
    });
  });

  test("does not follow a redirect", async () => {
    let requests = 0;
    answer = (_, response) => {
      requests += 1;
      response.writeHead(307, { Location: "/elsewhere" }).end();
    };
    expect(await posting(url)).toMatchObject({ status: 307, error: "The webhook answered 307" });
    expect(requests).toBe(1);
  });

  test("takes an answer of 64 KiB, and drops a longer one without failing", async () => {
    const most = "x".repeat(64 * 1_024);
    expect(await posted(200, {}, most)).toMatchObject({ status: 200, body: most, error: null });
    expect(await posted(200, {}, `${most}x`)).toMatchObject({ status: 200, body: null, beginning: most, error: null });
  });

  test("understands Retry-After in seconds and as a date", async () => {
    expect(await posted(503, { "Retry-After": "120" })).toMatchObject({ retryAfterMs: 120_000 });
    expect(await posted(503, { "Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT" })).toMatchObject({ retryAfterMs: 0 });
    expect(await posted(503, { "Retry-After": "soon" })).toMatchObject({ retryAfterMs: null });
    const inAnHour = await posted(503, { "Retry-After": new Date(Date.now() + 3_600_000).toUTCString() });
    expect(inAnHour.retryAfterMs).toBeGreaterThan(3_500_000);
  });

  test("fails with one sentence, without the URL, when nobody listens or the line breaks", async () => {
    const unreachable = {
      status: null,
      body: null,
      beginning: null,
      retryAfterMs: null,
      error: "The webhook is unreachable",
    };
    answer = (request) => request.socket.destroy();
    expect(await posting(url)).toEqual(unreachable);
    expect(await posting("http://127.0.0.1:1/hook?token=secret")).toEqual(unreachable);
  });
});

test("the rest of a stream that is too long is not read", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(1_024));
    },
  });
  expect(await readAtMost(endless, 4_096)).toEqual({ text: "\0".repeat(4_096), isWhole: false });
  expect(pulled).toBeLessThan(10);
});
