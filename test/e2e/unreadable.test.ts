/** Messages that reach this device without a content it can read: each is told of, none is dropped. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Contact, Phone } from "../../simulator/index.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab();

let phone: Phone;
let alice: Contact;
let number: GatewayNumber;

beforeAll(async () => {
  phone = lab.whatsApp.phone({ businessName: "Clinic" });
  alice = lab.whatsApp.contact({ name: "Alice" });
  number = await lab.number("unreadable");
  await number.isLinkedBy(phone);
});

const told = async (id: string, timeoutMs?: number): Promise<Record<string, unknown>> =>
  (await lab.hook.received(({ message_id }) => message_id === id, timeoutMs)).body;

const deliveriesOf = (id: string) => lab.hook.deliveries.filter(({ body }) => body.message_id === id);

const stored = async (id: string) => (await number.messages()).filter((message) => message.id === id);

describe("a message that is never given to this device", () => {
  it.each([
    ["view_once", { tag: "unavailable", type: "view_once" }],
    ["view_once", { tag: "unavailable", type: "view_once_unavailable_fanout" }],
    ["withheld", { tag: "unavailable", type: "hosted_unavailable_fanout" }],
    ["unknown_encryption", { tag: "msmsg" }],
  ] as const)("is told of at once: %s", async (unavailable, linkedDevicesGet) => {
    const id = await alice.sends({ conversation: "for the phone only" }, { to: phone, linkedDevicesGet });
    expect(await told(id)).toMatchObject({
      event: "message",
      message: "",
      media_type: "text",
      unsupported: true,
      unavailable,
      from_phone: alice.phone,
      push_name: "Alice",
    });
    expect(await stored(id)).toMatchObject([{ text: "", unsupported: true, unavailable, from: alice.phone }]);
  });
});

describe("a message without encryption", () => {
  it("is told like any other", async () => {
    const id = await alice.sends({ conversation: "from a bot" }, { to: phone, linkedDevicesGet: { tag: "plaintext" } });
    expect(await told(id)).toMatchObject({ message: "from a bot", from_phone: alice.phone });
    expect(await stored(id)).toMatchObject([{ text: "from a bot", unsupported: false }]);
  });
});

describe("a message that WhatsApp withholds", () => {
  it("is asked for at the phone, and told once, with its content", async () => {
    const id = await alice.sends(
      { conversation: "from an advertisement" },
      { to: phone, linkedDevicesGet: { tag: "unavailable" } },
    );
    expect(await told(id)).toMatchObject({ message: "from an advertisement", from_phone: alice.phone });
    expect(await stored(id)).toMatchObject([{ text: "from an advertisement", unsupported: false }]);
    expect(deliveriesOf(id)).toHaveLength(1);
    expect(deliveriesOf(id)[0]?.body).not.toHaveProperty("recovered");
  });

  it("is told of without content when the phone does not answer", async () => {
    phone.ignoresRequests();
    const id = await alice.sends({ conversation: "lost" }, { to: phone, linkedDevicesGet: { tag: "unavailable" } });
    expect(await told(id, 40_000)).toMatchObject({ message: "", unavailable: "withheld", from_phone: alice.phone });
    phone.ignoresRequests(false);
  });
});

describe("a message that cannot be decrypted", () => {
  it("is told once when another copy can", async () => {
    alice.corruptsNext();
    const id = await alice.says("second try", { to: phone });
    expect(await told(id)).toMatchObject({ message: "second try" });
    expect(await stored(id)).toMatchObject([{ text: "second try", unsupported: false }]);
    expect(deliveriesOf(id)).toHaveLength(1);
  });

  it("comes from the phone when no copy can", async () => {
    alice.corruptsNext();
    alice.corruptsRetries(100);
    const id = await alice.says("the phone has it", { to: phone });
    expect(await told(id, 30_000)).toMatchObject({ message: "the phone has it", from_phone: alice.phone });
    expect(deliveriesOf(id)).toHaveLength(1);
  });

  it("comes from the phone also after a crash, when nobody was asked yet or no answer had come", async () => {
    phone.ignoresRequests();
    alice.corruptsNext();
    alice.corruptsRetries(100);
    const id = await alice.says("the phone still has it", { to: phone });
    expect(await told(id, 60_000)).toMatchObject({ message: "", unavailable: "undecryptable" });
    await lab.crashesAndStarts(() => phone.ignoresRequests(false));
    const { body } = await lab.hook.received((body) => body.message_id === id && body.recovered === true, 40_000);
    expect(body).toMatchObject({ message: "the phone still has it", from_phone: alice.phone });
  });

  it("is told of without content, and again when the content comes after all", async () => {
    phone.ignoresRequests();
    alice.corruptsNext();
    const id = await alice.says("late", { to: phone });
    expect(await told(id, 60_000)).toMatchObject({ message: "", unavailable: "undecryptable", unsupported: true });
    expect(await stored(id)).toMatchObject([{ text: "", unavailable: "undecryptable", unsupported: true }]);
    await phone.resends(id);
    const { body } = await lab.hook.received((body) => body.message_id === id && body.recovered === true);
    expect(body).toMatchObject({ event: "message", message: "late", from_phone: alice.phone });
    expect(body).not.toHaveProperty("unavailable");
    expect(await stored(id)).toMatchObject([{ text: "late", unsupported: false }]);
  });
});
