import { beforeEach, describe, expect, test } from "vitest";
import { ownNameChange, readOwnName } from "../../../../src/whatsapp/app-state/own-name.ts";
import type { BinaryNode } from "../../../../src/whatsapp/baileys.ts";
import { getBinaryNodeChild, getBinaryNodeChildren, proto } from "../../../../src/whatsapp/baileys.ts";
import { linkedDevice, NOW, savedOnPhone } from "./support.ts";

let device: ReturnType<typeof linkedDevice>;
beforeEach(() => {
  device = linkedDevice();
});

const saves = async (...names: string[]) => {
  for (const [index, name] of names.entries()) await device.appState.change(savedOnPhone(`49${index}`, name));
};

const pulled = async () =>
  (await device.contacts.pull()).map(({ syncAction }) => syncAction.value?.contactAction?.fullName);

/** The patches of an answer, changed. */
function withPatches(answer: BinaryNode, change: (patches: proto.SyncdPatch[]) => proto.ISyncdPatch[]): BinaryNode {
  const holder = getBinaryNodeChild(answer, "patches");
  const patches = getBinaryNodeChildren(holder, "patch").map(({ content }) =>
    proto.SyncdPatch.decode(content as Uint8Array),
  );
  const content = change(patches).map((patch) => ({
    tag: "patch",
    attrs: {},
    content: proto.SyncdPatch.encode(patch).finish(),
  }));
  return { ...answer, content: [{ tag: "patches", attrs: {}, content }] };
}

describe("what others changed", () => {
  test("is taken over in order, and once", async () => {
    await saves("Alice", "Bob");
    expect(await pulled()).toEqual(["Alice", "Bob"]);
    await saves("Alice A.");
    expect([await pulled(), await pulled()]).toEqual([["Alice A."], []]);
    expect(device.contacts.state.version).toBe(3);
  });

  test("comes as a snapshot, with what followed it", async () => {
    await saves("Alice", "Bob");
    device.appState.compact();
    await device.appState.change(savedOnPhone("497", "Eve"));
    expect((await pulled()).sort()).toEqual(["Alice", "Bob", "Eve"]);
    expect(device.contacts.state.version).toBe(3);
  });

  test("may come in several answers", async () => {
    await saves("Alice", "Bob", "Eve");
    device.world.tamper = (answer) => {
      const one = withPatches(answer, (patches) => patches.slice(0, 1));
      return { ...one, attrs: { ...one.attrs, has_more_patches: `${device.world.asked.length < 3}` } };
    };
    expect(await pulled()).toEqual(["Alice", "Bob", "Eve"]);
  });

  test("may be too large for a stanza", async () => {
    await saves("Alice", "Bob");
    device.world.tamper = (answer) =>
      withPatches(answer, ([first, second]) => {
        const path = "/v/external";
        const plain = proto.SyncdMutations.encode({ mutations: second?.mutations ?? [] }).finish();
        device.deps.download = async (blob) => (blob.directPath === path ? plain : new Uint8Array(0));
        return [first, { ...second, mutations: [], externalMutations: { directPath: path } }] as proto.ISyncdPatch[];
      });
    expect(await pulled()).toEqual(["Alice", "Bob"]);
  });

  test("is the same after a restart", async () => {
    await saves("Alice", "Bob");
    await device.contacts.pull();
    const { version, hash, indexValueMap } = device.contacts.state;
    expect({ version, hash: hash.length, records: Object.keys(indexValueMap).length }).toEqual({
      version: 2,
      hash: 128,
      records: 2,
    });
    expect(device.states.load("critical_block")).toBeNull();
  });
});

describe("what does not fit its MACs", () => {
  const flipped = (bytes: Uint8Array): Uint8Array => {
    const copy = Uint8Array.from(bytes);
    copy[20] = (copy[20] ?? 0) ^ 1;
    return copy;
  };

  test.each<[string, (patch: proto.ISyncdPatch) => proto.ISyncdPatch]>([
    [
      "a record",
      (patch) => {
        const [mutation] = patch.mutations ?? [];
        const blob = flipped(mutation?.record?.value?.blob ?? new Uint8Array(0));
        return { ...patch, mutations: [{ ...mutation, record: { ...mutation?.record, value: { blob } } }] };
      },
    ],
    ["a patch's MAC", (patch) => ({ ...patch, patchMac: flipped(patch.patchMac ?? new Uint8Array(0)) })],
    ["the hash of all", (patch) => ({ ...patch, snapshotMac: flipped(patch.snapshotMac ?? new Uint8Array(0)) })],
    ["a patch that is missing", (patch) => ({ ...patch, mutations: [] })],
  ])("is not taken over: %s", async (_, change) => {
    await saves("Alice", "Bob");
    device.world.tamper = (answer) =>
      withPatches(answer, ([first, second]) => [first, change(second ?? {})] as proto.ISyncdPatch[]);
    await expect(device.contacts.pull()).rejects.toMatchObject({ problem: "unverified" });
    expect(device.contacts.state.version).toBe(0);
  });

  test("makes this device begin anew, once, and then it fits", async () => {
    await saves("Alice");
    await device.contacts.pull();
    const { indexValueMap } = device.contacts.state;
    device.states.save("critical_unblock_low", { version: 1, hash: Buffer.alloc(128, 7), indexValueMap });
    await saves("Alice A.");
    device.world.asked.length = 0;
    expect([await pulled(), device.world.asked]).toEqual([["Alice A."], ["pull", "pull"]]);
    expect(device.contacts.state.version).toBe(2);
  });

  test("a snapshot that is not what was told of", async () => {
    await saves("Alice");
    device.appState.compact();
    device.deps.download = async () => proto.SyncdSnapshot.encode({ version: { version: 1 }, records: [] }).finish();
    await expect(device.contacts.pull()).rejects.toMatchObject({ problem: "unverified" });
  });
});

describe("an answer", () => {
  test.each<[string, BinaryNode | undefined, string]>([
    ["that never came", undefined, "unanswered"],
    [
      "that says no",
      { tag: "collection", attrs: { type: "error" }, content: [{ tag: "error", attrs: { code: "500" } }] },
      "refused",
    ],
    ["without bytes", { tag: "collection", attrs: {}, content: [{ tag: "patch", attrs: {} }] }, "unverified"],
    [
      "that is garbage",
      { tag: "collection", attrs: {}, content: [{ tag: "patch", attrs: {}, content: Buffer.from("garbage") }] },
      "unverified",
    ],
  ])("%s", async (_, answer, problem) => {
    device.world.tamper = () => answer;
    await expect(device.contacts.pull()).rejects.toMatchObject({ problem });
  });

  test("that never ends is left", async () => {
    await saves("Alice");
    device.world.tamper = (answer) => ({ ...answer, attrs: { ...answer.attrs, has_more_patches: "true" } });
    await expect(device.contacts.pull()).rejects.toMatchObject({ problem: "unverified" });
    expect(device.world.asked.length).toBeLessThanOrEqual(200);
  });

  test("of no to a change leaves the state as it was", async () => {
    await device.settings.pull();
    device.world.tamper = () => ({ tag: "collection", attrs: { type: "error" } });
    await expect(device.settings.push(ownNameChange("Clinic", NOW))).rejects.toMatchObject({ problem: "refused" });
    expect(device.settings.state.version).toBe(0);
  });
});

describe("the account's name", () => {
  test("is the one that was set last, wherever", async () => {
    expect(await readOwnName(device.settings)).toBeNull();
    await device.settings.push(ownNameChange("Clinic", NOW));
    expect(await readOwnName(device.settings)).toBe("Clinic");
    await device.appState.change({ ...ownNameChange("Praxis", NOW), type: "critical_block" });
    expect(await readOwnName(device.settings)).toBe("Praxis");
  });
});
