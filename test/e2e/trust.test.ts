import { Curve } from "@whiskeysockets/baileys";
import { describe, expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import { GatewayNumber, type InstanceAnswer } from "./support/number.ts";

/** A well-formed public key that signed nothing. */
const strangersKey = Buffer.from(Curve.generateKeyPair().public).toString("hex");

describe("a server whose certificate chain is signed by another root key", () => {
  const lab = useLab({ settings: () => ({ WHATSAPP_ROOT_KEY: strangersKey }) });

  it("is refused: no QR, nothing registered, and the instance says why", async () => {
    const number = await lab.number("mistrusted");
    await number.connects();
    const { instance } = await eventually(
      () => lab.api.ok<{ instance: InstanceAnswer }>("GET", number.path),
      ({ instance: { lastDisconnect } }) => lastDisconnect !== null,
      "the connection was refused",
      60_000,
    );
    expect(instance.lastDisconnect).toMatchObject({ reason: "server_not_trusted", code: 400, nextAction: "reconnect" });
    expect((await lab.api.call("GET", `${number.path}/qr`)).status).toBe(204);
  });
});

describe("the same server with the key it proves to have", () => {
  const lab = useLab();

  it("is trusted: the refusal came from the check alone", async () => {
    const number = await lab.number("trusted");
    await number.isLinkedBy(lab.whatsApp.phone());
  });
});

describe("an override of WhatsApp's address that leaves this machine", () => {
  const lab = useLab({ settings: () => ({ WHATSAPP_URL: "wss://whatsapp.example.com/ws/chat" }) });

  it("is refused when a session is asked for, with the setting's name", async () => {
    // Without a webhook: the one of the tests is on this machine, which only local development may call.
    const number = await GatewayNumber.create(lab.api, "astray");
    const answer = await lab.api.call("POST", `${number.path}/connect`);
    expect(answer).toMatchObject({ status: 503, body: { code: "misconfigured" } });
    expect(answer.body.error).toContain("WHATSAPP_URL");
    expect(await number.describes()).toMatchObject({ status: "disconnected" });
  });
});
