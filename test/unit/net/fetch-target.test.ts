import { describe, expect, test } from "vitest";
import { checkFetchTarget, targetPolicy } from "../../../src/net/fetch-target.ts";
import { DEFAULT_WHATSAPP_URL } from "../../../src/settings.ts";

const PUBLIC = { allowLoopback: false, ownOrigin: "https://wa.example.com" };
const LOCAL = { ...PUBLIC, allowLoopback: true };

const verdict = (url: string, policy = PUBLIC) => {
  const target = checkFetchTarget(url, policy);
  return target.ok ? target.url.href : target.message.split(/[;:]/)[0];
};

describe("a URL that a caller names is fetched when it is public", () => {
  test.each([
    "https://example.org/cat.jpg",
    "https://example.org:8443/cat.jpg",
    "https://8.8.8.8/cat.jpg",
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://[2606:4700::1111]/",
    "https://xn--mnchen-3ya.de/",
    "https://wa.example.com/media/abc/signature",
    "https://wa.example.com/api/instances/wa_1/media/abc",
  ])("%s", (url) => {
    expect(verdict(url)).toBe(url);
  });
});

describe("… and refused when it leads into a network, in every spelling of the address", () => {
  test.each([
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://0.0.0.0/",
    "https://192.0.0.8/",
    "https://198.18.0.1/",
    "https://203.0.113.7/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://167772161/",
    "https://0xa000001/",
    "https://0x0a.0x00.0x00.0x01/",
    "https://012.0.0.1/",
    "https://10.1/",
    "https://%31%30.0.0.1/",
    "https://１０.0.0.1/",
    "https://10。0。0。1/",
    "https://[::]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[64:ff9b::a00:1]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[ff02::1]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[2002:a00:1::]/",
    "https://[3fff::1]/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://printer.local./",
    "https://router/",
    "https://1.0.0.127.in-addr.arpa/",
  ])("%s", (url) => {
    expect(verdict(url)).toBe("Use a public address");
    expect(verdict(url, LOCAL)).toBe("Use a public address");
  });

  test.each([
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://localhost/",
    "http://localhost:8080/",
  ])("%s, but on a developer's machine", (url) => {
    expect(verdict(url)).toBe("Use a public address");
    expect(verdict(url, LOCAL)).toBe(new URL(url).href);
  });

  test.each(["https://localhost./", "https://a.localhost/", "https://[::ffff:127.0.0.1]/"])("%s, there too", (url) => {
    expect(verdict(url, LOCAL)).toBe("Use a public address");
  });
});

describe("… and when its form is wrong", () => {
  test.each([
    ["http://example.org/", "Use https"],
    ["ftp://example.org/", "Use a URL that starts with https"],
    ["file:///etc/passwd", "Use a URL that starts with https"],
    ["https://user:pass@example.org/", "Leave user name and password out of the URL"],
    ["https://example.org:25/", "Use port 80, 443, or one of at least 1024"],
    ["https://example.org:1023/", "Use port 80, 443, or one of at least 1024"],
    ["example.org/cat.jpg", "Use a full URL such as https"],
    [`https://example.org/${"x".repeat(2_048)}`, "Use a URL of at most 2048 characters"],
    ["https://wa.example.com/api/instances", "Use another host"],
    ["https://wa.example.com/media/", "Use another host"],
    ["https://WA.example.com/api/keys", "Use another host"],
  ])("%s", (url, message) => {
    expect(verdict(url)).toBe(message);
  });
});

describe("the policy of a deployment", () => {
  test("lets this machine be read only when WhatsApp is a simulator on it", () => {
    const policy = (whatsAppUrl: string) => targetPolicy({ whatsAppUrl, publicUrl: "https://wa.example.com/base" });
    expect(policy(DEFAULT_WHATSAPP_URL)).toEqual({ allowLoopback: false, ownOrigin: "https://wa.example.com" });
    expect(policy("ws://127.0.0.1:9/ws")).toEqual({ allowLoopback: true, ownOrigin: "https://wa.example.com" });
    expect(policy("ws://example.org/ws").allowLoopback).toBe(false);
    expect(targetPolicy({ whatsAppUrl: DEFAULT_WHATSAPP_URL, publicUrl: null }).ownOrigin).toBeNull();
    const local = targetPolicy({ whatsAppUrl: DEFAULT_WHATSAPP_URL, publicUrl: "http://127.0.0.1:8787" });
    expect(local.allowLoopback).toBe(true);
  });
});
