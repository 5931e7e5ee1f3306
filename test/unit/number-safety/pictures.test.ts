import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { safetyPictures } from "../../../scripts/safety-pictures.ts";

test.each(Object.entries(safetyPictures()))(
  "docs/pictures/%s shows the rules: node scripts/safety-pictures.ts",
  async (name, svg) => {
    const file = new URL(`../../../docs/pictures/${name}`, import.meta.url);
    expect(svg === (await readFile(file, "utf8"))).toBe(true);
  },
);
