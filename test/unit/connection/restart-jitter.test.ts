import { expect, test } from "vitest";
import { restartJitterMs } from "../../../src/connection/restart-jitter.ts";

const WINDOW_MS = 30_000;
const names = Array.from({ length: 1_000 }, (_, n) => `default/number-${n}`);

test("a thousand numbers come back spread over the window: in every second some, in none a crowd", () => {
  const seconds = names.map((name) => Math.floor(restartJitterMs(name, WINDOW_MS) / 1_000));
  const perSecond = Array.from({ length: 30 }, (_, second) => seconds.filter((at) => at === second).length);
  expect(perSecond.reduce((sum, count) => sum + count)).toBe(1_000);
  expect(Math.min(...perSecond)).toBeGreaterThan(15);
  expect(Math.max(...perSecond)).toBeLessThan(55);
});

test("a number always takes the same place", () => {
  for (const name of names.slice(0, 20))
    expect(restartJitterMs(name, WINDOW_MS)).toBe(restartJitterMs(name, WINDOW_MS));
});

test("without a window nobody waits", () => {
  expect(names.map((name) => restartJitterMs(name, 0)).every((wait) => wait === 0)).toBe(true);
});
