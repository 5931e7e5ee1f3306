import { expect, test } from "vitest";
import { parseDataUrl } from "../../../src/net/data-url.ts";

test.each([
  ["data:image/jpeg;base64,aGk=", "image/jpeg", "hi"],
  ["data:image/jpeg;base64,aGk", "image/jpeg", "hi"],
  ["DATA:Image/PNG;name=a.png;BASE64,aG\nk=", "image/png", "hi"],
  ["data:;base64,aGk=", "text/plain", "hi"],
  ["data:image/svg+xml;base64,-_-_", "image/svg+xml", "\ufffd\ufffd\ufffd"],
])("%j is a file", (text, contentType, content) => {
  const file = parseDataUrl(text);
  expect([file?.contentType, Buffer.from(file?.bytes ?? []).toString("utf8")]).toEqual([contentType, content]);
});

test.each([
  "data:image/jpeg,plain",
  "data:image/jpeg;base64,a",
  "data:image/jpeg;base64,%41",
  "data:base64",
  "https://example.org/data:image/jpeg;base64,aGk=",
  "",
])("%j is none", (text) => {
  expect(parseDataUrl(text)).toBeNull();
});
