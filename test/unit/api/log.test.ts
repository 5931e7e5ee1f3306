import { expect, test, vi } from "vitest";
import { describeError, log } from "../../../src/log.ts";

const logged = vi.hoisted(() => {
  const lines: string[] = [];
  console.log = console.info = console.warn = console.error = (line: string) => lines.push(line);
  return lines;
});

test("an entry is one line of JSON, through the console functions that were there at the start", () => {
  const later = vi.spyOn(console, "info").mockReturnValue();
  log("info", "Connected", { instance: "wa_1", count: 2 });
  log("error", "Broken");
  later.mockRestore();
  expect(logged).toEqual([
    '{"level":"info","message":"Connected","instance":"wa_1","count":2}',
    '{"level":"error","message":"Broken"}',
  ]);
});

test("an error is described by its name and places, never by its message", () => {
  const description = describeError(new TypeError("first secret\n    at secret (file.ts:1:2)\nlast"));
  expect(description.name).toBe("TypeError");
  expect(description.frames.length).toBeGreaterThan(0);
  expect(description.frames.every((frame) => /^at .*:\d+:\d+\)?$/.test(frame))).toBe(true);
  expect(JSON.stringify(description)).not.toContain("secret");
});

test("what is no error is described by its type", () => {
  expect(describeError("secret")).toEqual({ name: "string", frames: [] });
  expect(describeError(undefined)).toEqual({ name: "undefined", frames: [] });
});
