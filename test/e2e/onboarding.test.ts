import { expect, test } from "vitest";
import { eventually } from "./support/eventually.ts";
import { useLab } from "./support/lab.ts";
import { GatewayNumber } from "./support/number.ts";

const lab = useLab({ gateway: "wrangler dev" });

interface Onboarded {
  instanceId: string;
  pairingCode: string | null;
  status: string;
}

/** The header of a JPEG of 640 × 640 px: what is read of a picture before it is uploaded. */
const JPEG = Buffer.from([
  ...[0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x01, 0x02, 0xff, 0xc0, 0x00, 0x11],
  ...[0x08, 0x02, 0x80, 0x02, 0x80, 0x03],
]);

test("one call makes an instance and a code; name and About text are set once the phone is linked; a second call finds it", async () => {
  const phone = lab.whatsApp.phone();
  const body = {
    phone: `+${phone.account.phone}`,
    name: "Acme",
    profileName: "Acme Support",
    profileStatus: "Within minutes",
  };
  const first = (await lab.api.created("/api/onboard", body)) as unknown as Onboarded;
  expect(first).toMatchObject({
    pairingCode: expect.stringMatching(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/),
    status: "connecting",
  });
  expect(await lab.api.ok<Onboarded>("POST", "/api/onboard", body)).toMatchObject({
    instanceId: first.instanceId,
    pairingCode: first.pairingCode,
  });

  await phone.entersCode(first.pairingCode ?? "");
  const number = new GatewayNumber(lab.api, first.instanceId);
  await number.isConnected();
  const { profile } = await eventually(
    () => lab.api.ok<{ profile: Record<string, unknown> }>("GET", `${number.path}/profile`),
    (answer) => answer.profile.name === "Acme Support" && answer.profile.status === "Within minutes",
    "the profile is set",
    60_000,
  );
  expect(profile).toEqual({
    phone: phone.account.phone,
    connected: true,
    name: "Acme Support",
    status: "Within minutes",
    pictureUrl: null,
  });
  expect(await lab.api.ok("POST", "/api/onboard", { phone: phone.account.phone })).toMatchObject({
    instanceId: first.instanceId,
    pairingCode: null,
    status: "connected",
  });

  const imageUrl = `data:image/jpeg;base64,${JPEG.toString("base64")}`;
  await lab.api.ok("PUT", `${number.path}/profile/picture`, { imageUrl });
  expect(phone.account.picture.equals(JPEG)).toBe(true);
  await lab.api.ok("DELETE", `${number.path}/profile/picture`);
  expect(phone.account.picture).toHaveLength(0);
  await lab.api.ok("PUT", `${number.path}/profile/name`, { name: "Renamed" });
  await lab.api.ok("PUT", `${number.path}/profile/status`, { status: "Closed" });
  expect(await lab.api.ok("GET", `${number.path}/profile`)).toMatchObject({
    profile: { name: "Renamed", status: "Closed" },
  });
  const png = await lab.api.call("PUT", `${number.path}/profile/picture`, {
    imageUrl: "data:image/png;base64,iVBORw0KGgo=",
  });
  expect([png.status, png.body.code]).toEqual([400, "invalid_request"]);

  expect(await lab.api.ok("POST", "/api/system/reload-behavior-from-disk")).toEqual({
    success: true,
    count: 1,
    results: [{ instanceId: first.instanceId, reloaded: true }],
  });
  expect(await lab.api.ok("GET", "/api/status")).toMatchObject({
    instanceCount: 1,
    instances: [{ id: first.instanceId, name: "Acme", status: "connected", phone: phone.account.phone }],
  });
  expect(await lab.api.ok("GET", "/api/storage/status")).toMatchObject({ enabled: true, container: "wasup-media" });
});
