import { expect, test } from "vitest";
import type { CreateInstance, InstanceRpc, UpdateInstance } from "../../../src/durable/rpc.ts";
import { ok, refuse } from "../../../src/errors.ts";
import { api, errorOf, issuePaths, NOW, view } from "./support.ts";

const onboard = "POST /api/onboard";
const GENERATED = `wa_${NOW.toString(36)}_iiiii`;

/** A deployment in which the phone is claimed by `existing`, or by nobody yet. */
function onboarding(existing: string | null, linking: InstanceRpc["requestPairingCode"]) {
  const claimed: string[] = [];
  const updated: UpdateInstance[] = [];
  const created: CreateInstance[] = [];
  const world = api({
    directory: {
      claimPhone: async (phone, newId) => {
        claimed.push(phone);
        return existing ?? newId;
      },
    },
    instance: {
      update: async (_org, changes) => {
        updated.push(changes);
        return existing === null ? refuse("not_found", "Instance not found.") : ok(view({ id: existing }));
      },
      initialise: async (input) => {
        created.push(input);
        return ok(view({ id: input.instanceId }));
      },
      requestPairingCode: linking,
    },
  });
  return { ...world, claimed, updated, created };
}

const code: InstanceRpc["requestPairingCode"] = async () =>
  ok({ pairingCode: "A1B2-C3D4", instance: view({ status: "connecting" }) });

test("a new phone gets an instance and a code; name and About text wait for the connection", async () => {
  const { call, claimed, created, audited } = onboarding(null, code);
  const json = {
    phone: "+44 7393 002183",
    name: "Acme Corp",
    webhookUrl: "https://acme.example/webhook",
    profileName: "Acme Support",
    profileStatus: "We reply within minutes",
    behaviorSettings: { behaviorProfile: "notification-balanced" },
  };
  const answer = await call(onboard, { json });
  expect([answer.status, answer.body]).toEqual([
    201,
    {
      success: true,
      instanceId: GENERATED,
      pairingCode: "A1B2-C3D4",
      status: "connecting",
      message: "Enter code A1B2-C3D4 in WhatsApp > Linked Devices > Link a Device",
    },
  ]);
  expect(claimed).toEqual(["447393002183"]);
  expect(created).toEqual([
    {
      origin: "http://localhost",
      orgId: "default",
      instanceId: GENERATED,
      name: "Acme Corp",
      webhookUrl: "https://acme.example/webhook",
      behaviorSettings: { behaviorProfile: "notification-balanced" },
      antiBanSettings: {},
      pendingProfile: { name: "Acme Support", about: "We reply within minutes" },
    },
  ]);
  expect(audited).toMatchObject([{ action: "onboard", target: GENERATED, status: 201 }]);
});

test("the same phone again uses the same instance and changes only what is given", async () => {
  const { call, created, updated } = onboarding("wa_old", code);
  const answer = await call(onboard, { json: { phone: "447393002183" } });
  expect([answer.status, answer.body]).toMatchObject([200, { instanceId: "wa_old", pairingCode: "A1B2-C3D4" }]);
  await call(onboard, { json: { phone: "447393002183", profileName: "New" } });
  expect([created, updated]).toEqual([[], [{}, { pendingProfile: { name: "New" } }]]);
});

test("a phone that is connected needs no code", async () => {
  const connected = view({ status: "connected", connectedPhone: "447393002183" });
  const { call } = onboarding("wa_old", async () => ok({ pairingCode: null, instance: connected }));
  const answer = await call(onboard, { json: { phone: "447393002183" } });
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      success: true,
      instanceId: "wa_old",
      pairingCode: null,
      status: "connected",
      message: "Instance already exists for this phone number. Already connected as 447393002183",
    },
  ]);
});

test("a code that does not come in time is 503, to be asked again", async () => {
  const late = async () => refuse("unavailable", "No code", { retryAfterMs: 5_000 });
  const answer = await onboarding(null, late).call(onboard, { json: { phone: "447393002183" } });
  expect([errorOf(answer).code, answer.headers.get("Retry-After")]).toEqual(["unavailable", "5"]);
});

test.each([
  [{}, "phone"],
  [{ phone: "12" }, "phone"],
  [{ phone: "447393002183", profileName: "" }, "profileName"],
  [{ phone: "447393002183", profileName: "x".repeat(26) }, "profileName"],
  [{ phone: "447393002183", profileStatus: "x".repeat(140) }, "profileStatus"],
  [{ phone: "447393002183", webhookUrl: "ftp://a" }, "webhookUrl"],
])("%j is 400 and claims nothing", async (json, path) => {
  const { call, claimed } = onboarding(null, code);
  const answer = await call(onboard, { json });
  expect([answer.status, issuePaths(answer), claimed]).toEqual([400, [path], []]);
});
