import { describe, expect, test } from "vitest";
import { NEVER_CONNECTED } from "../../../src/connection/connection-state.ts";
import type { PendingProfile } from "../../../src/durable/rpc.ts";
import { jpegSize } from "../../../src/pictures/jpeg-size.ts";
import { pictureIssue } from "../../../src/profile/picture.ts";
import { changeProfile, type ProfileDeps, readProfile } from "../../../src/profile/profile.ts";
import { ProfileKeeper } from "../../../src/profile/profile-keeper.ts";
import { RequestRefusedError, SessionClosedError } from "../../../src/whatsapp/session.ts";
import { scriptedWhatsApp } from "../../support/scripted-session.ts";

type Change = (field: string, value: string | Uint8Array | null) => Promise<void>;

/** A number that is online; `change` is what WhatsApp does with a change of the profile. */
function online(change: Change = async () => {}): ProfileDeps {
  const { openSession } = scriptedWhatsApp({ profile: change });
  const session = openSession(
    { url: "ws://127.0.0.1", rootKey: null, version: null },
    {} as Parameters<typeof openSession>[1],
  );
  const connection = { ...NEVER_CONNECTED, phone: "60123456789", linked: true, phase: "online" as const };
  return { session, connection, policy: { allowLoopback: false, ownOrigin: null } };
}
const offline = (): ProfileDeps => ({ ...online(), session: null, connection: NEVER_CONNECTED });
const failing = (error: Error) => online(() => Promise.reject(error));

/** The header of a JPEG: an APP0 segment, a fill byte, a start of frame. */
const jpeg = (width: number, height: number, frame = 0xc0) =>
  Uint8Array.of(
    ...[0xff, 0xd8, 0xff, 0xe0, 0x00, 0x04, 0x01, 0x02, 0xff, 0xff, frame, 0x00, 0x11, 0x08],
    ...[height >> 8, height & 255, width >> 8, width & 255, 0x03],
  );
const dataUrl = (bytes: Uint8Array) => `data:image/jpeg;base64,${Buffer.from(bytes).toString("base64")}`;

describe("a profile", () => {
  test("is asked from WhatsApp while connected, and is the number alone otherwise", async () => {
    const none = { name: null, about: null, pictureUrl: null };
    expect(await readProfile(online())).toEqual({
      ok: true,
      value: { ...none, phone: "60123456789", connected: true, name: "Support" },
    });
    expect(await readProfile(offline())).toEqual({ ok: true, value: { ...none, phone: null, connected: false } });
  });

  test("is changed on WhatsApp", async () => {
    const seen: unknown[] = [];
    const deps = online(async (...change) => void seen.push(change));
    await changeProfile({ field: "name", value: "Acme" }, deps);
    await changeProfile({ field: "about", value: "Hi" }, deps);
    await changeProfile({ field: "picture", value: null }, deps);
    await changeProfile({ field: "picture", value: dataUrl(jpeg(640, 640)) }, deps);
    expect(seen).toEqual([
      ["name", "Acme"],
      ["about", "Hi"],
      ["picture", null],
      ["picture", jpeg(640, 640)],
    ]);
  });

  test.each([
    ["while offline", offline(), "not_connected"],
    ["when the connection ends meanwhile", failing(new SessionClosedError("closed")), "not_connected"],
    ["when WhatsApp does not accept it", failing(new RequestRefusedError(406)), "invalid_request"],
    ["when WhatsApp refuses it", failing(new RequestRefusedError(403)), "wrong_state"],
    ["when WhatsApp does not answer", failing(new RequestRefusedError(null)), "unavailable"],
  ])("is not changed %s", async (_when, deps, code) => {
    const outcome = await changeProfile({ field: "name", value: "Acme" }, deps);
    expect(outcome).toMatchObject({ ok: false, error: { code } });
  });

  test.each([
    ["https://127.0.0.1/a.jpg", "Use a public address; this machine is only read in local development"],
    ["data:image/jpeg,abc", "Use data:image/jpeg;base64,… or an https URL"],
    [dataUrl(new TextEncoder().encode("<svg/>")), "Use a JPEG; other formats have to be converted first"],
    [dataUrl(jpeg(641, 641)), "Use a square JPEG of at most 640 × 640 px; this one has 641 × 641"],
  ])("does not take the picture %s", async (value, message) => {
    const seen: unknown[] = [];
    const outcome = await changeProfile(
      { field: "picture", value },
      online(async (field) => void seen.push(field)),
    );
    expect(outcome).toMatchObject({ ok: false, error: { issues: [{ path: "imageUrl", message }] } });
    expect(seen).toEqual([]);
  });
});

describe("the size of a JPEG", () => {
  test.each([
    ["baseline", jpeg(640, 480), { width: 640, height: 480 }],
    ["progressive", jpeg(300, 301, 0xc2), { width: 300, height: 301 }],
    ["cut off before its size", jpeg(1, 1).slice(0, 15), null],
    ["a table instead of a frame, then nothing", jpeg(1, 1, 0xc4), null],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13), null],
    ["nothing", new Uint8Array(), null],
  ])("%s", (_what, bytes, size) => {
    expect(jpegSize(bytes)).toEqual(size);
  });

  test("decides whether WhatsApp takes it", () => {
    expect(pictureIssue(jpeg(192, 192))).toBeNull();
    expect(pictureIssue(jpeg(640, 480))).toContain("square");
    expect(pictureIssue(jpeg(0, 0))).toContain("square");
    const large = new Uint8Array(512 * 1_024 + 1);
    large.set(jpeg(640, 640));
    expect(pictureIssue(large)).toContain("512 KiB");
  });
});

describe("what is to be set once connected", () => {
  function keeping(pending: PendingProfile | null, deps: () => ProfileDeps) {
    const wakes: number[] = [];
    const warnings: string[] = [];
    const kept = { pending };
    const keeper = new ProfileKeeper({
      current: deps,
      pending: () => kept.pending,
      savePending: (left) => {
        kept.pending = left;
      },
      wakeAt: (dueAt) => wakes.push(dueAt),
      warn: (text) => warnings.push(text),
      now: () => 1_000,
    });
    return { keeper, kept, wakes, warnings };
  }

  test("is set when the number comes online, and then nothing is left", async () => {
    const seen: unknown[] = [];
    const deps = online(async (...change) => void seen.push(change));
    const { keeper, kept, wakes } = keeping({ name: "Acme", about: "Hi" }, () => deps);
    keeper.changed();
    await keeper.apply();
    expect([seen, kept.pending, wakes]).toEqual([
      [
        ["about", "Hi"],
        ["name", "Acme"],
      ],
      null,
      [1_000],
    ]);
    keeper.changed();
    expect(wakes).toEqual([1_000]);
  });

  test("waits while the number is offline", async () => {
    const { keeper, kept, wakes } = keeping({ name: "Acme" }, offline);
    await keeper.apply();
    expect([kept.pending, wakes]).toEqual([{ name: "Acme" }, []]);
  });

  test("is tried again, less and less often, while WhatsApp is not ready for it", async () => {
    const deps = online(async (field) => {
      if (field === "name") throw new RequestRefusedError(null);
    });
    const { keeper, kept, wakes } = keeping({ name: "Acme", about: "Hi" }, () => deps);
    await keeper.apply();
    await keeper.apply();
    await keeper.apply();
    expect([kept.pending, wakes]).toEqual([{ name: "Acme" }, [6_000, 11_000, 21_000]]);
  });

  test("is given up and told when WhatsApp refuses it", async () => {
    const { keeper, kept, warnings } = keeping({ about: "Hi" }, () => failing(new RequestRefusedError(406)));
    await keeper.apply();
    expect([kept.pending, warnings]).toEqual([null, ["WhatsApp refused the profile's about"]]);
  });

  test("that is replaced while it is being set is set as well", async () => {
    const world = keeping({ about: "old" }, () => deps);
    const deps = online(async () => {
      world.kept.pending = { about: "new" };
    });
    await world.keeper.apply();
    expect([world.kept.pending, world.wakes]).toEqual([{ about: "new" }, [1_000]]);
  });
});
