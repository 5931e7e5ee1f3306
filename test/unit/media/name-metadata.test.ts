import { expect, test } from "vitest";
import { nameMetadata } from "../../../src/media/name-metadata.ts";

const CUSTOM_METADATA_BYTES = 2_048;

test.each<[string | null, string | undefined]>([
  ["report.pdf", "report.pdf"],
  ["März 100%.pdf", "März 100%.pdf"],
  ["half of \ud83d.pdf", "half of \ufffd.pdf"],
  ["長".repeat(300), "長".repeat(211)],
  [`${"長".repeat(252)}.pdf`, `${"長".repeat(210)}.pdf`],
  [`${"👍".repeat(200)}.tar.gz`, `${"👍".repeat(158)}.gz`],
  ["", undefined],
  [null, undefined],
])("of %j the bucket keeps %j", (name, kept) => {
  const { fileName } = nameMetadata(name);
  expect(fileName && decodeURIComponent(fileName)).toBe(kept);
  expect(`fileName${fileName ?? ""}`.length).toBeLessThan(CUSTOM_METADATA_BYTES);
});
