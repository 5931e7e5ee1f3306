import { describe, expect, it } from "vitest";
import { useLab } from "./support/lab.ts";

const lab = useLab();

describe("linking a number", () => {
  it("is done by scanning the QR picture with the phone", async () => {
    const phone = lab.whatsApp.phone({ name: "Clinic" });
    const number = await lab.number("by-qr");
    await number.connects();
    await phone.scans(await number.qrText());
    const connection = await number.isConnected();
    expect(connection).toMatchObject({ phone: phone.phone, qrCode: null, pairingCode: null });
    expect(await number.logs()).toContain(`Connected as ${phone.phone}`);
  });

  it("is done by entering the pairing code on the phone", async () => {
    const phone = lab.whatsApp.phone({ name: "Desk" });
    const number = await lab.number("by-code");
    const { pairingCode } = await lab.api.ok<{ pairingCode: string }>("POST", `${number.path}/pair`, {
      phoneNumber: `+${phone.phone}`,
    });
    expect(pairingCode).toMatch(/^[1-9A-Z]{4}-[1-9A-Z]{4}$/);
    await phone.entersCode(pairingCode);
    expect(await number.isConnected()).toMatchObject({ phone: phone.phone, pairingCode: null });
  });

  it("survives a wrong code: the right one still links", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("wrong-code");
    const { pairingCode } = await lab.api.ok<{ pairingCode: string }>("POST", `${number.path}/connect`, {
      pairingPhone: phone.phone,
    });
    const wrong = pairingCode.startsWith("1") ? `2${pairingCode.slice(1)}` : `1${pairingCode.slice(1)}`;
    await expect(phone.entersCode(wrong)).rejects.toThrow(/code/i);
    expect(await lab.api.ok("GET", `${number.path}/connection`)).toMatchObject({ status: "connecting", pairingCode });
    await phone.entersCode(pairingCode);
    await number.isConnected();
  });

  it("gives the same code again while it is valid, and a new attempt for another phone", async () => {
    const number = await lab.number("code-twice");
    const [first, second] = [lab.whatsApp.phone(), lab.whatsApp.phone()];
    const ask = (phone: string) =>
      lab.api.ok<{ pairingCode: string }>("POST", `${number.path}/pair`, { phoneNumber: phone });
    const { pairingCode } = await ask(first.phone);
    expect(await ask(first.phone)).toMatchObject({ pairingCode });
    const other = await ask(second.phone);
    expect(other.pairingCode).not.toBe(pairingCode);
    await second.entersCode(other.pairingCode);
    expect(await number.isConnected()).toMatchObject({ phone: second.phone });
  });

  it("answers a second connect without restarting anything", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("connect-twice");
    await number.connects();
    const qr = await number.qrText();
    await number.connects();
    await phone.scans(qr);
    await number.isConnected();
    const again = await lab.api.ok<{ message: string }>("POST", `${number.path}/connect`);
    expect(again.message).toContain(phone.phone);
  });

  it("shows no QR before connect and none after disconnect", async () => {
    const number = await lab.number("no-qr");
    expect((await lab.api.call("GET", `${number.path}/qr`)).status).toBe(204);
    await number.connects();
    await number.qrText();
    expect(await lab.api.ok("GET", `${number.path}/qr`)).toMatchObject({ status: "connecting" });
    await lab.api.ok("POST", `${number.path}/disconnect`);
    expect((await lab.api.call("GET", `${number.path}/qr`)).status).toBe(204);
  });

  it("is forgotten by clear-auth: the next connect shows a QR", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("clear-auth");
    await number.isLinkedBy(phone);
    await lab.api.ok("POST", `${number.path}/clear-auth`);
    expect(await number.describes()).toMatchObject({ status: "disconnected", linked: false, connectedPhone: null });
    await number.isLinkedBy(phone);
  });

  it("outlives a disconnect: the next connect needs no QR", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("disconnect");
    await number.isLinkedBy(phone);
    await lab.api.ok("POST", `${number.path}/disconnect`);
    await phone.offline();
    expect(await number.describes()).toMatchObject({ status: "disconnected", linked: true });
    await number.connects();
    await number.isConnected();
  });

  it("ends on WhatsApp's side with disconnect and revoke", async () => {
    const phone = lab.whatsApp.phone();
    const number = await lab.number("revoke");
    await number.isLinkedBy(phone);
    const told = lab.whatsApp.expects({ tag: "iq", child: "remove-companion-device" });
    await lab.api.ok("POST", `${number.path}/disconnect`, { revoke: true });
    await told;
    expect(await number.describes()).toMatchObject({ status: "disconnected", linked: false });
  });
});
