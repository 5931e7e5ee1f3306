import { describe, expect, test, vi } from "vitest";
import { created, granted, ORG } from "./support/objects.ts";
import { simulator } from "./support/simulator.ts";

describe("a number that is disconnected and revoked", () => {
  test("is forgotten by WhatsApp and here, and nobody is told that the phone did it", async () => {
    const { phone } = await simulator<{ phone: string }>("POST", "/phones", { name: "revoked" });
    const instance = await created("revoked");
    granted(await instance.startConnection(ORG));
    const view = async () => granted(await instance.describe(ORG));
    const patience = { timeout: 20_000 };
    const qr = await vi.waitUntil(async () => (await view()).qr, patience);
    await simulator("POST", `/phones/${phone}/scan`, { qr });
    await vi.waitUntil(async () => (await view()).status === "connected", patience);
    const before = (await view()).lastDisconnect;

    expect(granted(await instance.stopConnection(ORG, { revoke: true }))).toMatchObject({
      status: "disconnected",
      linked: false,
      connectedPhone: null,
      lastDisconnect: before,
    });
    await simulator("GET", `/phones/${phone}/offline`);
    expect(await view()).toMatchObject({ status: "disconnected", lastDisconnect: before });
    expect(granted(await instance.listLogs(ORG, 1))).toMatchObject([
      { message: "Disconnected and unlinked on request" },
    ]);
  });
});
