import { describe, expect, test } from "vitest";
import { parsePhone, parseRecipient } from "../../../src/schemas/common.ts";
import { ReactionSchema } from "../../../src/schemas/send-body.ts";
import { isLoopbackHost, parseTargetUrl } from "../../../src/schemas/target-url.ts";

describe("a phone number", () => {
  test.each([
    ["447393002183", "447393002183"],
    ["+44 7393 002183", "447393002183"],
    ["(44) 7393-002.183", "447393002183"],
    [" +1 [415] 555/0100 ", "14155550100"],
    ["\u202a+44\u00a07393\u2011002183\u202c", "447393002183"],
    ["1234567", "1234567"],
    ["123456789012345", "123456789012345"],
    ["", null],
    ["+", null],
    ["123456", null],
    ["1234567890123456", null],
    ["0447393002183", null],
    ["44+7393002183", null],
    ["++447393002183", null],
    ["44739300218x", null],
    ["447393002183,1", null],
    ["٤٤٧٣٩٣٠٠٢١٨٣", null],
    ["447393002183@s.whatsapp.net", null],
  ])("%j is read as %j", (text, digits) => {
    expect(parsePhone(text)).toBe(digits);
  });
});

describe("a recipient", () => {
  test.each([
    ["+44 7393 002183", "447393002183"],
    ["447393002183@s.whatsapp.net", "447393002183@s.whatsapp.net"],
    ["447393002183:12@s.whatsapp.net", "447393002183@s.whatsapp.net"],
    ["123456789@lid", "123456789@lid"],
    ["123456789:3@lid", "123456789@lid"],
    ["120363041234567890@g.us", "120363041234567890@g.us"],
    ["447393002183-1600000000@g.us", "447393002183-1600000000@g.us"],
    ["status@broadcast", null],
    ["123@newsletter", null],
    ["@s.whatsapp.net", null],
    ["+447393002183@s.whatsapp.net", null],
    ["447393002183@s.whatsapp.net.evil", null],
    ["447393002183@evil@s.whatsapp.net", null],
    ["a\n447393002183@s.whatsapp.net", null],
    ["", null],
  ])("%j is read as %j", (text, recipient) => {
    expect(parseRecipient(text)).toBe(recipient);
  });
});

describe("a URL to be called", () => {
  test.each([
    "https://example.com/hook",
    "https://example.com:8443/?a=b",
    "http://localhost:3000/",
    "http://127.0.0.1/",
    "http://[::1]:1/",
  ])("may be %s", (text) => {
    expect(parseTargetUrl(text)).toEqual({ ok: true, url: new URL(text) });
  });

  test.each([
    "example.com/hook",
    "//example.com",
    "http://example.com/",
    "http://127.0.0.1.evil.com/",
    "http://localhost@evil.com/",
    "http://evil.com#@127.0.0.1/",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://user@example.com/",
    "https://:secret@example.com/",
    "https://",
    `https://example.com/${"x".repeat(2_048)}`,
  ])("may not be %s", (text) => {
    const target = parseTargetUrl(text);
    expect(target).toEqual({ ok: false, message: expect.stringMatching(/^(Use|Leave) /) });
    expect(JSON.stringify(target)).not.toContain("secret");
  });

  test("counts every spelling of 127.0.0.0/8 as this machine, and nothing that merely looks like it", () => {
    const hosts = [
      "127.1",
      "0x7f000001",
      "017700000001",
      "localhost",
      "[::1]",
      "127.0.0.1.nip.io",
      "1127.0.0.1",
      "[::ffff:7f00:1]",
    ];
    const loopback = hosts.filter(
      (host) => URL.canParse(`http://${host}`) && isLoopbackHost(new URL(`http://${host}`).hostname),
    );
    expect(loopback).toEqual(["127.1", "0x7f000001", "017700000001", "localhost", "[::1]"]);
  });
});

describe("a reaction", () => {
  const isTaken = (emoji: string): boolean =>
    ReactionSchema.safeParse({ to: "447393002183", messageId: "3EB0", emoji }).success;

  test.each(["", "👍", "❤", "❤️", "👋🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇧🇷", "1️⃣", "🫩", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"])("is %j", (emoji) => {
    expect(isTaken(emoji)).toBe(true);
  });

  test.each(["👍👍", "👍 ", "ok", "a", "1", "#", " ", "\u200d", "🇧", "🇧🇷🇵🇹", "👍ok", "x".repeat(33)])(
    "is not %j",
    (emoji) => {
      expect(isTaken(emoji)).toBe(false);
    },
  );
});
