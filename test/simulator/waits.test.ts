import { expect, test } from "vitest";
import { Waits, WaitTimeout } from "../../simulator/waits.ts";

test("a wait for something that is there already ends at once", async () => {
  expect(await new Waits().until(() => "here", { what: "it" })).toBe("here");
});

test("a wait ends with the change that brings what it waits for", async () => {
  const waits = new Waits();
  const seen: string[] = [];
  const waiting = waits.until(() => seen.find((word) => word.startsWith("b")), { what: "a b" });
  seen.push("a");
  waits.changed();
  seen.push("b");
  waits.changed();
  expect(await waiting).toBe("b");
});

test("a wait in vain says what was awaited and what was seen", async () => {
  const waits = new Waits();
  const inVain = waits.until(() => undefined, { what: "Godot", seen: () => "Vladimir, Estragon", timeoutMs: 1 });
  await expect(inVain).rejects.toThrow(WaitTimeout);
  await expect(inVain).rejects.toThrow("waited 1 ms for Godot; seen: Vladimir, Estragon");
  await expect(waits.until(() => undefined, { what: "Godot", timeoutMs: 1 })).rejects.toThrow("seen: nothing");
});

test("stopping fails the open waits and refuses new ones", async () => {
  const waits = new Waits();
  const open = waits.until(() => undefined, { what: "it" });
  waits.stop();
  await expect(open).rejects.toThrow("the simulator has stopped");
  await expect(waits.until(() => undefined, { what: "it" })).rejects.toThrow("nothing to wait for: it");
});
