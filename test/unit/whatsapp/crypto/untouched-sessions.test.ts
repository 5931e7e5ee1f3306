import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { acquainted, decrypted, encrypted } from "../guarded-device.ts";

// libsignal prints sessions here; in the gateway quiet-console.ts takes it off the console.
beforeEach(() => {
  for (const method of ["info", "warn"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a late message of an older session leaves the newer one as it was: what is sent in it can be read", async () => {
  const [alice, bob] = await acquainted();
  const late = await encrypted(alice, bob, "overtaken");
  await alice.repository.injectE2ESession({ jid: bob.lid, session: bob.bundle });
  expect(await decrypted(bob, alice, await encrypted(alice, bob, "in a new session"))).toBe("in a new session");
  expect(await decrypted(bob, alice, late)).toBe("overtaken");
  expect(await decrypted(alice, bob, await encrypted(bob, alice, "an answer"))).toBe("an answer");
  expect(await decrypted(bob, alice, await encrypted(alice, bob, "and so on"))).toBe("and so on");
});
