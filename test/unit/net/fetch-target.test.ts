import { describe, expect, test } from "vitest";
import { checkFetchTarget, type TargetPolicy, targetPolicy } from "../../../src/net/fetch-target.ts";
import { DEFAULT_WHATSAPP_URL } from "../../../src/settings.ts";

const PUBLIC = { allowLoopback: false, ownOrigin: "https://wa.example.com" };
const LOCAL = { ...PUBLIC, allowLoopback: true };

const verdict = (url: string, policy: TargetPolicy = PUBLIC) => {
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
    "https://example.org./",
    "https://nip.io.example.org/",
    "https://local.example.org/",
    "https://169.253.255.255/",
    "https://192.0.1.1/",
    "https://223.255.255.255/",
    "https://[2001:200::1]/",
    "https://[2003::1]/",
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
    "https://0/",
    "https://0300.0250.1.1/",
    "https://0xc0a80101/",
    "https://3232235777/",
    "https://192.168.257/",
    "https://192.168.1.1./",
    "https://192。168．1｡1/",
    "https://①⓪.0.0.1/",
    "https://168.63.129.16/metadata",
    "https://100.100.100.200/",
    "https://192.0.0.192/",
    "https://192.88.99.1/",
    "https://198.51.100.1/",
    "https://239.255.255.250/",
    "https://[::]/",
    "https://[::127.0.0.1]/",
    "https://[::10.0.0.1]/",
    "https://[0:0:0:0:0:ffff:a00:1]/",
    "https://[::ffff:0:10.0.0.1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[100::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[2001:10::1]/",
    "https://[2001:0:a00:1::]/",
    "https://[4000::1]/",
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
    "https://metadata/computeMetadata/v1/",
    "https://metadata.goog/",
    "https://METADATA.Google.Internal./",
    "https://kubernetes.default.svc/",
    "https://kubernetes.default.svc.cluster.local/",
    "https://vault.service.consul/",
    "https://db.corp/",
    "https://nas.home.arpa/",
    "https://10.0.0.1.nip.io/",
    "https://10.0.0.1../",
    "https://localhost../",
    "https://10-0-0-1.sslip.io./",
    "https://app.localtest.me/",
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
    "http://127.1:8080/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://１２７.0.0.1/",
    "http://LOCALHOST/",
    "http://loc%61lhost/",
    "http://[0:0:0:0:0:0:0:1]/",
  ])("%s, but on a developer's machine", (url) => {
    expect(verdict(url)).toBe("Use a public address");
    expect(verdict(url, LOCAL)).toBe(new URL(url).href);
  });

  test.each([
    "https://localhost./",
    "https://a.localhost/",
    "https://ｌｏｃａｌｈｏｓｔ./",
    "https://localhost.localdomain/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
  ])("%s, there too", (url) => {
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
    ["https://wa.example.com./api/keys", "Use another host"],
    ["https://wa.example.com:8443/api/keys", "Use another host"],
    ["https://wa.example.com/media/../api/keys", "Use another host"],
    ["https://wa.example.com/media/%2e%2e/api/keys", "Use another host"],
    ["https://wa.example.com\\api\\keys", "Use another host"],
    ["https://[fe80::1%25eth0]/", "Use a full URL such as https"],
    ["https://256.0.0.1/", "Use a full URL such as https"],
    ["https://1.2.3.4.5/", "Use a full URL such as https"],
    ["https://0x1000000000/", "Use a full URL such as https"],
    ["https://example.org:99999/", "Use a full URL such as https"],
    ["https://example.org:0/", "Use port 80, 443, or one of at least 1024"],
    ["https://:@10.0.0.1@example.org/", "Leave user name and password out of the URL"],
    ["javascript:alert(1)", "Use a URL that starts with https"],
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

  test("without PUBLIC_URL its own host is the one it was called under", () => {
    const settings = { whatsAppUrl: DEFAULT_WHATSAPP_URL, publicUrl: null };
    const policy = targetPolicy(settings, "https://wasup.acme.workers.dev");
    expect(verdict("https://wasup.acme.workers.dev/api/keys", policy)).toBe("Use another host");
    const publicUrl = "https://wa.example.com";
    expect(targetPolicy({ ...settings, publicUrl }, "https://a.example").ownOrigin).toBe(publicUrl);
  });
});
