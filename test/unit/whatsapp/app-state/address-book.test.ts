import { beforeEach, describe, expect, test } from "vitest";
import { linkedDevice, savedOnPhone } from "./support.ts";

const MARIA = { phone: "491", lid: "77", name: "Maria Silva" };
const MARIAS_JID = "491@s.whatsapp.net";

let device: ReturnType<typeof linkedDevice>;
beforeEach(() => {
  device = linkedDevice();
});

/** Names in the phone's address book. */
const names = () => [...device.appState.contacts.values()].map(({ fullName }) => fullName);

describe("a contact", () => {
  test("is saved on the phone with name and LID", async () => {
    expect(await device.book.save(MARIA, null)).toEqual(expect.any(String));
    expect(device.appState.contacts.get(MARIAS_JID)).toMatchObject({
      fullName: "Maria Silva",
      firstName: "Maria",
      lidJid: "77@lid",
      saveOnPrimaryAddressbook: true,
    });
  });

  test("that was saved here can get another name here", async () => {
    const record = await device.book.save(MARIA, null);
    expect(await device.book.save({ ...MARIA, name: "Dr. Silva" }, record)).not.toBeNull();
    expect(names()).toEqual(["Dr. Silva"]);
  });

  test("that the owner saved keeps the owner's name", async () => {
    await device.appState.change(savedOnPhone("491", "Mum"));
    expect(await device.book.save(MARIA, null)).toBeNull();
    expect(names()).toEqual(["Mum"]);
  });

  test("that the owner changed since keeps the owner's name", async () => {
    const record = await device.book.save(MARIA, null);
    await device.appState.change(savedOnPhone("491", "Mum"));
    expect(await device.book.save({ ...MARIA, name: "Dr. Silva" }, record)).toBeNull();
    expect(names()).toEqual(["Mum"]);
  });

  test("is saved though another device was faster, and what that one did stays", async () => {
    device.appState.beforeNextPatch(() => device.appState.change(savedOnPhone("492", "Bob")));
    expect(await device.book.save(MARIA, null)).not.toBeNull();
    expect(names().sort()).toEqual(["Bob", "Maria Silva"]);
    expect(device.world.asked).toEqual(["pull", "push", "pull", "push"]);
  });

  test("that another device has just saved is that one's", async () => {
    device.appState.beforeNextPatch(() => device.appState.change(savedOnPhone("491", "Mum")));
    expect(await device.book.save(MARIA, null)).toBeNull();
    expect(names()).toEqual(["Mum"]);
  });

  test("is given up when others are faster again and again", async () => {
    const faster = async (): Promise<void> => {
      await device.appState.change(savedOnPhone("492", "Bob"));
      device.appState.beforeNextPatch(faster);
    };
    device.appState.beforeNextPatch(faster);
    await expect(device.book.save(MARIA, null)).rejects.toMatchObject({ problem: "conflict" });
    expect(device.world.asked.filter((what) => what === "push")).toHaveLength(3);
  });

  test("waits for the one before it: each change stands on the last", async () => {
    const saved = await Promise.all([
      device.book.save(MARIA, null),
      device.book.save({ phone: "492", lid: null, name: "Bob" }, null),
      device.book.save({ phone: "493", lid: null, name: "Eve" }, null),
    ]);
    expect(saved).not.toContain(null);
    expect(names()).toEqual(["Maria Silva", "Bob", "Eve"]);
  });

  test("cannot be saved before the phone has shared its key, and can afterwards", async () => {
    device.world.hasKey = false;
    await expect(device.book.save(MARIA, null)).rejects.toMatchObject({ problem: "not_ready" });
    device.world.hasKey = true;
    expect(await device.book.save(MARIA, null)).not.toBeNull();
  });
});
