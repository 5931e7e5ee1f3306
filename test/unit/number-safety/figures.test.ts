import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { unexplainedFigures } from "../../support/figures.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDERS = ["number-safety", "guard", "handoff", "sending", "connection"];

test.each(FOLDERS)("every number in src/%s has its unit and its source beside it", (folder) => {
  const files = globSync(`src/${folder}/**/*.ts`, { cwd: root });
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap((path) => unexplainedFigures(path, readFileSync(`${root}${path}`, "utf8")))).toEqual([]);
});

describe("a figure is found that", () => {
  test.each([
    ["has no comment", "const PATIENCE_MS = 10_000;", "PATIENCE_MS does not say whose figure it is"],
    ["has no unit", "/** The package's. */\nconst MOST = 3;", "MOST does not say what it counts"],
    ["is a length of time", "const REST_MS = DAY_MS;", "REST_MS does not say whose figure it is"],
    [
      "stands below a blank line",
      "/** Messages (ours). */\nconst A = 3;\n\nconst B = 4;",
      "B does not say what it counts",
    ],
    [
      "is in a table",
      '/** Points. */\nconst TABLE = {\n  "40": 1,\n  a: 40,\n};',
      "TABLE does not say whose figure it is",
    ],
    ["is in a function", "function f(a: number) {\n  return a * 37;\n}", "37 has no name"],
    ["is in an arrow", "const f = (a: number): number => a * 0.3;", "0.3 has no name"],
  ])("%s", (_, text, sentence) => {
    expect(unexplainedFigures("a.ts", text)[0]).toMatch(new RegExp(`^a\\.ts:\\d+: ${sentence}$`));
  });
});

describe("a figure is fine that", () => {
  test.each([
    ["says what and whose", "/** Attempts (ours). */\nconst MOST = 5;"],
    ["is one of a group", "/** Typing, milliseconds (the package's). */\nconst A = 30;\nconst B = 3_000;"],
    ["says so at its end", "const LOOK_MS = 30_000; // ours"],
    ["is plain", "const half = (a: number): number => (100 * a) / 2;"],
    ["is only written about", 'function f() {\n  // 37 of them\n  return "37";\n}'],
  ])("%s", (_, text) => {
    expect(unexplainedFigures("a.ts", text)).toEqual([]);
  });
});
