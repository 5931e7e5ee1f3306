import { beforeEach, expect, test, vi } from "vitest";
import { type KnownDevicesDeps, toKnownDevices } from "../../../src/whatsapp/known-devices.ts";
import { RequestRefusedError } from "../../../src/whatsapp/session.ts";

const CHAT = "491@s.whatsapp.net";
const GROUP = "120363000@g.us";
/** As Baileys throws WhatsApp's refusal of a question. */
const refused = (code: number): Error => Object.assign(new Error("refused"), { data: code });

/** Devices of people, as WhatsApp has them, and as they are in the cache. */
let devices: Record<string, string[]>;
let cached: Record<string, string[]>;
/** For whose devices keys were asked, and how the answers were. */
let asked: string[][];
let keys: (device: string) => Error | null;
const send = vi.fn(async (): Promise<string> => "sent");

const deps: KnownDevicesDeps = {
  me: { id: "490:3@s.whatsapp.net", lid: "" },
  members: async () => [CHAT, "492@s.whatsapp.net"],
  lacks: (users) => users.some((user) => !(user in cached)),
  forget: (user) => void delete cached[user],
  socket: {
    getUSyncDevices: async (jids) =>
      jids.flatMap((jid) => {
        const user = jid.split("@")[0] ?? "";
        cached[user] ??= devices[user] ?? [];
        return cached[user].map((device) => ({ user, device: 0, jid: device }));
      }) as never,
    assertSessions: async (jids) => {
      asked.push(jids);
      const error = jids.map((jid) => keys(jid)).find((each) => each !== null);
      if (error) throw error;
      return true;
    },
  },
};

beforeEach(() => {
  send.mockReset().mockResolvedValue("sent");
  devices = { "490": ["490@s.whatsapp.net"], "491": [CHAT, "491:5@s.whatsapp.net"], "492": ["492@s.whatsapp.net"] };
  cached = {};
  asked = [];
  keys = () => null;
});

test("the devices of both sides are known, and there is a session with each of the recipient's", async () => {
  send.mockImplementation(async () => {
    expect(Object.keys(cached)).toEqual(["490", "491"]);
    expect(asked).toEqual([devices["491"]]);
    return "sent";
  });
  expect(await toKnownDevices(CHAT, deps, send)).toBe("sent");
  expect(send).toHaveBeenCalledTimes(1);
});

test("in a group only the devices are asked for", async () => {
  await toKnownDevices(GROUP, deps, send);
  expect([Object.keys(cached), asked]).toEqual([["491", "492"], []]);
});

test("when WhatsApp has no keys for a device, the list is asked for again: it is gone", async () => {
  cached = { "490": ["490@s.whatsapp.net"], "491": [CHAT, "491:4@s.whatsapp.net"] };
  keys = (device) => (device.includes(":4") ? refused(404) : null);
  await toKnownDevices(CHAT, deps, send);
  expect(cached["491"]).toEqual(devices["491"]);
  expect(asked).toHaveLength(2);
});

test("so it is in a group, where Baileys asks for keys while it sends", async () => {
  cached = { "491": [CHAT, "491:4@s.whatsapp.net"], "492": ["492@s.whatsapp.net"] };
  send.mockRejectedValueOnce(refused(404));
  expect(await toKnownDevices(GROUP, deps, send)).toBe("sent");
  expect(cached["491"]).toEqual(devices["491"]);
});

test("when it is still there without keys, the message cannot be encrypted", async () => {
  keys = () => refused(404);
  await expect(toKnownDevices(CHAT, deps, send)).rejects.toMatchObject({ data: 404 });
  expect([asked.length, send.mock.calls]).toEqual([2, []]);
});

test("when WhatsApp refuses for now, nothing is forgotten", async () => {
  keys = () => refused(503);
  await expect(toKnownDevices(CHAT, deps, send)).rejects.toMatchObject({ data: 503 });
  expect([Object.keys(cached), asked.length]).toEqual([["490", "491"], 1]);
});

test("when WhatsApp does not answer, nobody waits for longer than ten seconds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const socket = { ...deps.socket, assertSessions: () => new Promise<never>(() => {}) };
    const known = expect(toKnownDevices(CHAT, { ...deps, socket }, send)).rejects.toEqual(
      new RequestRefusedError(null),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    await known;
  } finally {
    vi.useRealTimers();
  }
});
