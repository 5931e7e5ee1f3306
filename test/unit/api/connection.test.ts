import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import type { InstanceRpc, InstanceView } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { qrDataUrl, qrMatrix, qrSvg } from "../../../src/qr/qr-code.ts";
import { api, issuePaths, QR_TEXT, shown, view } from "./support.ts";

const connected: Partial<InstanceView> = {
  status: "connected",
  linked: true,
  connectedPhone: "60123456789",
  connectedAt: "2026-01-29T11:59:00.500Z",
};
const post = (verb: string) => `POST /api/instances/wa_1/${verb}`;

describe("connect", () => {
  test.each([
    ["a new link", true, { status: "connecting" }, "Connection started (QR mode)"],
    ["a stored device", true, { status: "connecting", linked: true }, "Connection started (stored credentials)"],
    ["an attempt that is running", false, { status: "connecting" }, "Connection already in progress"],
    ["a connected number", false, connected, "Already connected as 60123456789"],
  ] as const)("says what it did for %s", async (_case, started, state, message) => {
    const { call } = api({ instance: { startConnection: async () => ok({ started, instance: view(state) }) } });
    for (const options of [{}, { json: {} }]) {
      const answer = await call(post("connect"), options);
      expect(answer.body).toEqual({ success: true, message, pairingCode: null, instance: shown(state) });
    }
  });

  test("with a phone number asks for a code and shows it", async () => {
    const phones: string[] = [];
    const linking = { status: "connecting", pairingCode: "A1B2-C3D4" } as const;
    const instance: Partial<InstanceRpc> = {
      requestPairingCode: async (_orgId, phone) => {
        phones.push(phone);
        return ok({ pairingCode: "A1B2-C3D4", instance: view(linking) });
      },
    };
    const { call } = api({ instance });
    const expected = {
      success: true,
      message: "Enter code A1B2-C3D4 in WhatsApp > Linked Devices > Link a Device",
      pairingCode: "A1B2-C3D4",
      instance: shown(linking),
    };
    expect((await call(post("connect"), { json: { pairingPhone: "+44 7393 002-183" } })).body).toEqual(expected);
    expect((await call(post("pair"), { json: { phoneNumber: "(44) 7393.002.183" } })).body).toEqual(expected);
    expect(phones).toEqual(["447393002183", "447393002183"]);
  });

  test("with a phone number while connected restarts nothing and gives no code", async () => {
    const { call } = api({
      instance: { requestPairingCode: async () => ok({ pairingCode: null, instance: view(connected) }) },
    });
    const expected = { message: "Already connected as 60123456789", pairingCode: null };
    expect((await call(post("connect"), { json: { pairingPhone: "447393002183" } })).body).toMatchObject(expected);
    expect((await call(post("pair"), { json: { phoneNumber: "447393002183" } })).body).toMatchObject(expected);
  });

  test("with a number that cannot be one is 400 and starts nothing", async () => {
    const { call } = api();
    expect(issuePaths(await call(post("connect"), { json: { pairingPhone: "12" } }))).toEqual(["pairingPhone"]);
    expect(issuePaths(await call(post("pair"), { json: { phoneNumber: "0044" } }))).toEqual(["phoneNumber"]);
    expect(issuePaths(await call(post("pair")))).toEqual(["phoneNumber"]);
  });
});

test("disconnect keeps the device unless it is told to revoke it", async () => {
  const given: unknown[] = [];
  const { call } = api({
    instance: {
      stopConnection: async (_orgId, options) => {
        given.push(options);
        return ok(view());
      },
    },
  });
  expect((await call(post("disconnect"))).body).toEqual({ success: true, message: "Disconnected", instance: shown() });
  await call(post("disconnect"), { json: { revoke: true } });
  expect(given).toEqual([{ revoke: false }, { revoke: true }]);
  expect(issuePaths(await call(post("disconnect"), { json: { revoke: "yes" } }))).toEqual(["revoke"]);
});

test("clear-auth says so, and ignores a body", async () => {
  const { call } = api({ instance: { clearAuth: async () => ok(view()) } });
  const answer = await call(post("clear-auth"), { body: "anything", headers: { "Content-Type": "text/plain" } });
  expect(answer.body).toEqual({ success: true, message: "Auth cleared", instance: shown() });
});

describe("the QR", () => {
  const get = (query = "") => `GET /api/instances/wa_1/qr${query}`;
  const showing = (changes: Partial<InstanceView>) => api({ instance: { describe: async () => ok(view(changes)) } });

  test("is a PNG data URL that the instance shows too", async () => {
    const { call } = showing({ status: "connecting", qr: QR_TEXT });
    const qrCode = qrDataUrl(QR_TEXT);
    expect((await call(get())).body).toEqual({
      success: true,
      status: "connecting",
      qrCode,
      pairingCode: null,
      phone: null,
      message: "Scan the QR code in WhatsApp > Linked Devices > Link a Device",
    });
    const instance = await call("GET /api/instances/wa_1");
    expect(instance.body).toEqual({ success: true, instance: shown({ status: "connecting" }, qrCode) });
  });

  test("is the bare PNG or SVG when asked for", async () => {
    const { request } = showing({ status: "connecting", qr: QR_TEXT });
    const png = await request(get("?format=image"));
    expect(png.headers.get("Content-Type")).toBe("image/png");
    const size = decode(await png.arrayBuffer()).width;
    expect(size).toBeGreaterThanOrEqual(300);
    const svg = await request(get("?format=svg"));
    expect(svg.headers.get("Content-Type")).toBe("image/svg+xml");
    expect(await svg.text()).toBe(qrSvg(qrMatrix(QR_TEXT)));
  });

  test("gives way to the pairing code and to the connection", async () => {
    const pairing = showing({ status: "connecting", pairingCode: "A1B2-C3D4" });
    expect((await pairing.call(get())).body).toMatchObject({
      qrCode: null,
      pairingCode: "A1B2-C3D4",
      message: "Enter code A1B2-C3D4 in WhatsApp > Linked Devices > Link a Device",
    });
    expect((await showing(connected).call(get())).body).toMatchObject({
      status: "connected",
      qrCode: null,
      phone: "60123456789",
      message: "Already connected as 60123456789",
    });
  });

  test.each([
    ["disconnected", ""],
    ["connecting", ""],
    ["connecting", "?format=image"],
    ["disconnected", "?format=svg"],
  ] as const)("is 204 without a body while %s has nothing to show (%s)", async (status, query) => {
    const answer = await showing({ status }).call(get(query));
    expect([answer.status, answer.body]).toEqual([204, null]);
  });

  test("is 204 as a picture when there is only a code or a connection", async () => {
    expect((await showing({ status: "connecting", pairingCode: "A1B2-C3D4" }).call(get("?format=image"))).status).toBe(
      204,
    );
    expect((await showing(connected).call(get("?format=image"))).status).toBe(204);
  });

  test("in a format nobody knows is 400, of an unknown instance 404", async () => {
    expect(issuePaths(await api().call(get("?format=gif")))).toEqual(["format"]);
    const unknown = api({ instance: { describe: async () => refuse("not_found", "Instance not found") } });
    expect((await unknown.call(get())).status).toBe(404);
  });
});

describe("the connection", () => {
  const poll = async (changes: Partial<InstanceView>) => {
    const { call } = api({ instance: { describe: async () => ok(view(changes)) } });
    return (await call("GET /api/instances/wa_1/connection")).body;
  };

  test("has the uptime in whole seconds while connected", async () => {
    expect(await poll(connected)).toEqual({
      success: true,
      status: "connected",
      phone: "60123456789",
      connectedAt: "2026-01-29T11:59:00.500Z",
      uptime: 59,
      pairingCode: null,
      qrCode: null,
    });
  });

  test("has no uptime otherwise, and none below zero when clocks disagree", async () => {
    expect(await poll({ ...connected, status: "connecting" })).toMatchObject({ uptime: null });
    expect(await poll({ status: "connecting", qr: QR_TEXT })).toMatchObject({
      uptime: null,
      qrCode: qrDataUrl(QR_TEXT),
    });
    expect(await poll({ ...connected, connectedAt: "2026-01-29T12:00:10.000Z" })).toMatchObject({ uptime: 0 });
  });
});
