import { beforeEach, describe, expect, test, vi } from "vitest";
import { proto } from "../../../src/whatsapp/baileys.ts";
import { CopyRequests, type CopyRequestsDeps } from "../../../src/whatsapp/copy-requests.ts";
import { RequestRefusedError, SessionClosedError } from "../../../src/whatsapp/session.ts";

const CHAT = "491@s.whatsapp.net";
const GROUP = "120363000@g.us";
const MESSAGE: proto.IMessage = { conversation: "hello" };

let copies: CopyRequests;
let warnings: string[];
const deps = {
  assertSessions: vi.fn(async (_jids: string[], _force?: boolean) => true),
  injectE2ESession: vi.fn(async (_session: object) => undefined),
  hasBundle: vi.fn(async () => false),
  addBundle: vi.fn(async () => undefined),
  find: vi.fn((_id: string, _chat: string): Uint8Array | null => null),
  mayHave: vi.fn(async () => true),
  onRequest: vi.fn(),
  relay: vi.fn(async (_to: string, _message: proto.IMessage, _options: object) => undefined),
  taken: vi.fn(async (_id: string): Promise<void> => undefined),
  send: vi.fn(async (_stanza: object) => undefined),
  pause: vi.fn(async (_ms: number): Promise<void> => undefined),
};

beforeEach(() => {
  vi.resetAllMocks();
  deps.mayHave.mockResolvedValue(true);
  deps.find.mockReturnValue(proto.Message.encode(MESSAGE).finish());
  warnings = [];
  const { assertSessions, injectE2ESession, hasBundle: has, addBundle: add, ...others } = deps;
  const socket = { assertSessions, signalRepository: { injectE2ESession } };
  const guarded: CopyRequestsDeps["guarded"] = (call) => call();
  copies = new CopyRequests({
    socket: () => socket,
    bundles: { has, add },
    ...others,
    guarded,
    warn: (text) => warnings.push(text),
  });
});

interface Asking {
  count?: number;
  t?: string;
  from?: string;
  participant?: string;
  keys?: object[];
}

/** A device asks for message A. */
function asks({ count = 1, t = "1", from = CHAT, participant, keys }: Asking = {}): Promise<void> {
  const retry = { tag: "retry", attrs: { count: `${count}` } };
  const bundle = keys
    ? [
        { tag: "registration", attrs: {}, content: Buffer.alloc(4) },
        { tag: "keys", attrs: {}, content: keys },
      ]
    : [];
  const attrs = { id: "A", from, type: "retry", t, ...(participant && { participant }) };
  const request = { messageId: "A", chatJid: from, participantJid: participant ?? null, isOwnDevice: false };
  return copies.take(request, { tag: "receipt", attrs, content: [retry, ...bundle] as never });
}

const KEYS = [
  { tag: "type", attrs: {}, content: Buffer.from([5]) },
  { tag: "identity", attrs: {}, content: Buffer.alloc(32, 1) },
  {
    tag: "skey",
    attrs: {},
    content: [
      { tag: "id", attrs: {}, content: Buffer.alloc(3) },
      { tag: "value", attrs: {}, content: Buffer.alloc(32, 2) },
      { tag: "signature", attrs: {}, content: Buffer.alloc(64, 3) },
    ],
  },
];

const acknowledged = () => deps.send.mock.calls.map(([stanza]) => stanza);
const ACK = { tag: "ack", attrs: { id: "A", to: CHAT, class: "receipt", type: "retry" } };

test("a copy leaves in a new session, and then the request is acknowledged", async () => {
  const order: string[] = [];
  deps.assertSessions.mockImplementation(async () => order.push("session") > 0);
  deps.relay.mockImplementation(async () => void order.push("copy"));
  deps.send.mockImplementation(async () => void order.push("ack"));
  await asks();
  expect(order).toEqual(["session", "copy", "ack"]);
  expect(deps.assertSessions).toHaveBeenCalledWith([CHAT], true);
  expect(deps.relay).toHaveBeenCalledWith(CHAT, expect.objectContaining(MESSAGE), {
    messageId: "A",
    useUserDevicesCache: false,
  });
  expect(acknowledged()).toEqual([ACK]);
  expect(deps.onRequest.mock.calls).toEqual([["A"]]);
});

test("the request is acknowledged when WhatsApp has taken the copy, and not before", async () => {
  const { promise: answer, resolve } = Promise.withResolvers<void>();
  deps.taken.mockReturnValue(answer);
  const taking = asks();
  await vi.waitFor(() => expect(deps.taken).toHaveBeenCalledWith("A"));
  expect(acknowledged()).toEqual([]);
  resolve();
  await taking;
  expect(acknowledged()).toEqual([ACK]);
});

test("a device that is not the phone gets a copy of its own", async () => {
  await asks({ from: "491:7@s.whatsapp.net", count: 2 });
  const participant = { jid: "491:7@s.whatsapp.net", count: 2 };
  expect(deps.relay).toHaveBeenCalledWith("491:7@s.whatsapp.net", expect.anything(), { messageId: "A", participant });
});

test("in a group who asks gets a copy of its own", async () => {
  await asks({ from: GROUP, participant: "492@lid" });
  expect(deps.assertSessions).toHaveBeenCalledWith(["492@lid"], true);
  const participant = { jid: "492@lid", count: 1 };
  expect(deps.relay).toHaveBeenCalledWith(GROUP, expect.anything(), { messageId: "A", participant });
});

describe("keys in a request", () => {
  test("make the session, and nothing is asked", async () => {
    await asks({ keys: KEYS });
    expect(deps.injectE2ESession).toHaveBeenCalledWith({ jid: CHAT, session: expect.anything() });
    expect([deps.assertSessions.mock.calls, deps.relay.mock.calls.length]).toEqual([[], 1]);
  });

  test("are used once: a request that comes again at the next connection is answered in the session that is there", async () => {
    deps.hasBundle.mockResolvedValue(true);
    await asks({ keys: KEYS });
    expect([deps.injectE2ESession.mock.calls, deps.assertSessions.mock.calls]).toEqual([[], []]);
    expect(deps.relay).toHaveBeenCalledTimes(1);
  });

  test("are noted as used before the copy leaves", async () => {
    const order: string[] = [];
    deps.addBundle.mockImplementation(async () => void order.push("noted"));
    deps.relay.mockImplementation(async () => void order.push("copy"));
    await asks({ keys: KEYS });
    expect(order).toEqual(["noted", "copy"]);
  });

  test("that are of no use are asked for", async () => {
    deps.injectE2ESession.mockRejectedValue(new Error("Invalid signature"));
    await asks({ keys: KEYS });
    expect(deps.assertSessions).toHaveBeenCalledWith([CHAT], true);
    expect(deps.relay).toHaveBeenCalledTimes(1);
    expect(warnings).toEqual(["the keys in a request for a copy were of no use (Error)"]);
  });
});

describe("a copy that cannot be made for now", () => {
  const BUSY = new RequestRefusedError(503);

  test.each<[string, Error, number]>([
    ["because WhatsApp refuses a question", BUSY, 2_000],
    ["because WhatsApp does not answer", new RequestRefusedError(null), 2_000],
    ["for a reason of our own", new TypeError("oops"), 2_000],
  ])("%s is made later; until then WhatsApp keeps the request", async (_, error, waitMs) => {
    deps.assertSessions.mockRejectedValueOnce(error);
    deps.pause.mockImplementation(async () => expect(acknowledged()).toEqual([]));
    await asks();
    expect(deps.pause.mock.calls).toEqual([[waitMs]]);
    expect(deps.relay).toHaveBeenCalledTimes(1);
    expect(acknowledged()).toEqual([ACK]);
    expect(deps.onRequest).toHaveBeenCalledTimes(1);
  });

  test("does not keep those of others waiting", async () => {
    const { promise: later, resolve } = Promise.withResolvers<undefined>();
    deps.assertSessions.mockRejectedValueOnce(BUSY);
    deps.pause.mockReturnValue(later);
    const first = asks();
    await asks({ from: "492@s.whatsapp.net" });
    expect(deps.relay.mock.calls.map(([to]) => to)).toEqual(["492@s.whatsapp.net"]);
    resolve(undefined);
    await first;
    expect(deps.relay.mock.calls.map(([to]) => to)).toEqual(["492@s.whatsapp.net", CHAT]);
  });

  test("is given up when WhatsApp refuses it for good, and the request with it", async () => {
    deps.assertSessions.mockRejectedValue(new RequestRefusedError(404));
    await asks();
    expect([deps.relay.mock.calls, acknowledged()]).toEqual([[], [ACK]]);
    expect(warnings).toEqual(["a copy of a message could not be sent (404)"]);
  });

  test.each<[string, Error]>([
    ["is refused for now", BUSY],
    ["stays unanswered", new RequestRefusedError(null)],
    ["fails for a reason of our own", new TypeError("oops")],
  ])("again and again (it %s) waits for the next connection: nothing is acknowledged", async (_, error) => {
    deps.assertSessions.mockRejectedValue(error);
    await asks();
    expect(deps.assertSessions).toHaveBeenCalledTimes(5);
    expect(deps.pause.mock.calls.flat()).toEqual([2_000, 8_000, 30_000, 120_000]);
    expect([deps.relay.mock.calls, acknowledged()]).toEqual([[], []]);
    expect(warnings.at(-1)).toBe("a request for a copy was not answered (PostponedError)");
  });

  test("because the connection closes is asked for again by WhatsApp: nothing is acknowledged", async () => {
    deps.relay.mockRejectedValue(new SessionClosedError("The connection closed"));
    await asks();
    expect([acknowledged(), warnings]).toEqual([[], []]);
  });

  test("because nobody tells who is in the group waits too", async () => {
    deps.mayHave.mockRejectedValueOnce(BUSY);
    await asks({ from: GROUP, participant: "492@lid" });
    expect([deps.pause.mock.calls.length, deps.relay.mock.calls.length]).toEqual([1, 1]);
  });
});

test.each([503, null])("a copy that WhatsApp does not take (%s) is made once more", async (code) => {
  deps.taken.mockRejectedValueOnce(new RequestRefusedError(code));
  await asks();
  expect([deps.relay.mock.calls.length, acknowledged()]).toEqual([2, [ACK]]);
});

test("a copy that WhatsApp never answers is sent twice, and that is all", async () => {
  deps.taken.mockRejectedValue(new RequestRefusedError(null));
  await asks();
  expect([deps.relay.mock.calls.length, acknowledged()]).toEqual([2, [ACK]]);
});

test("a copy that WhatsApp refuses again and again is not acknowledged in this session", async () => {
  deps.taken.mockRejectedValue(new RequestRefusedError(503));
  await asks();
  expect([deps.relay.mock.calls.length, acknowledged()]).toEqual([5, []]);
});

test("a copy that WhatsApp refuses for good is not made again", async () => {
  deps.taken.mockRejectedValue(new RequestRefusedError(479));
  await asks();
  expect([deps.relay.mock.calls.length, acknowledged()]).toEqual([1, [ACK]]);
});

test("a request that comes twice is answered once and acknowledged twice", async () => {
  await Promise.all([asks(), asks()]);
  expect([deps.relay.mock.calls.length, acknowledged()]).toEqual([1, [ACK, ACK]]);
});

test("a device may ask for a message five times", async () => {
  for (let count = 1; count <= 6; count += 1) await asks({ count, t: `${count}` });
  expect([deps.relay.mock.calls.length, acknowledged().length]).toEqual([5, 6]);
  expect(warnings).toEqual(["a message was asked for too often; no further copy is sent"]);
});

test("who may not have it gets none, and nothing is asked for them", async () => {
  deps.mayHave.mockResolvedValue(false);
  await asks();
  expect([deps.assertSessions.mock.calls, deps.relay.mock.calls, deps.onRequest.mock.calls]).toEqual([[], [], []]);
  expect(acknowledged()).toEqual([ACK]);
  expect(warnings).toEqual(["somebody asked for a copy of a message that was not sent to them"]);
});

test("a message that is not known any more cannot be sent; the request is done with", async () => {
  deps.find.mockReturnValue(null);
  await asks();
  expect([deps.relay.mock.calls, acknowledged()]).toEqual([[], [ACK]]);
});
