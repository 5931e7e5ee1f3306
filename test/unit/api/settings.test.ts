import { describe, expect, test } from "vitest";
import { DEFAULT_WHATSAPP_URL, readSettings, type Settings, whatsAppEndpoint } from "../../../src/settings.ts";

const defaults: Settings = {
  apiKey: null,
  webhookUrl: null,
  publicUrl: null,
  whatsAppUrl: "wss://web.whatsapp.com/ws/chat",
  whatsAppRootKey: null,
  whatsAppMediaOrigin: null,
  mediaMaxBytes: 104_857_600,
  retentionDays: 30,
  webhookRetryScale: 1,
  whatsAppVersion: null,
  reconnectJitterMs: 30_000,
  corsOrigins: [],
};

describe("settings", () => {
  test("are all optional, and empty ones count as left out", () => {
    expect(readSettings({})).toEqual({ ok: true, value: defaults });
    expect(readSettings({ WEBHOOK_URL: "", PUBLIC_URL: " ", RETENTION_DAYS: "", WHATSAPP_ROOT_KEY: "" })).toEqual({
      ok: true,
      value: defaults,
    });
  });

  test("are read as given", () => {
    const source = {
      API_KEY: "k-1\n",
      WEBHOOK_URL: "https://example.com/hook",
      PUBLIC_URL: "https://wa.example.com//",
      WHATSAPP_URL: "ws://127.0.0.1:8080/ws/chat",
      WHATSAPP_ROOT_KEY: "AB".repeat(32),
      WHATSAPP_MEDIA_ORIGIN: "http://127.0.0.1:8081",
      MEDIA_MAX_BYTES: "1048576",
      RETENTION_DAYS: "7",
      WEBHOOK_RETRY_SCALE: "0.001",
      WHATSAPP_VERSION: "2.3000.1023223821",
      RECONNECT_JITTER_SECONDS: "5",
      CORS_ORIGINS: "https://app.example.com, http://localhost:5173",
    };
    expect(readSettings(source)).toEqual({
      ok: true,
      value: {
        apiKey: "k-1",
        webhookUrl: "https://example.com/hook",
        publicUrl: "https://wa.example.com",
        whatsAppUrl: "ws://127.0.0.1:8080/ws/chat",
        whatsAppRootKey: "ab".repeat(32),
        whatsAppMediaOrigin: "http://127.0.0.1:8081",
        mediaMaxBytes: 1_048_576,
        retentionDays: 7,
        webhookRetryScale: 0.001,
        whatsAppVersion: [2, 3_000, 1_023_223_821],
        reconnectJitterMs: 5_000,
        corsOrigins: ["https://app.example.com", "http://localhost:5173"],
      },
    });
  });

  test("make numbers beside a simulator come back at once, unless it is said otherwise", () => {
    const WHATSAPP_URL = "ws://127.0.0.1:8080/ws/chat";
    const jitterOf = (source: object) => readSettings({ WHATSAPP_URL, ...source });
    expect(jitterOf({})).toMatchObject({ value: { reconnectJitterMs: 0 } });
    expect(jitterOf({ RECONNECT_JITTER_SECONDS: "10" })).toMatchObject({ value: { reconnectJitterMs: 10_000 } });
  });

  test("are parsed once for each bindings object", () => {
    const source = { API_KEY: "k" };
    expect(readSettings(source)).toBe(readSettings(source));
  });

  test.each([
    ["API_KEY", ""],
    ["API_KEY", "  "],
    ["API_KEY", "my secret"],
    ["API_KEY", "schlüssel"],
    ["WEBHOOK_URL", "http://example.com/secret"],
    ["WEBHOOK_URL", "hunter2"],
    ["PUBLIC_URL", "hunter2"],
    ["WHATSAPP_URL", "https://127.0.0.1/secret"],
    ["WHATSAPP_ROOT_KEY", "ab".repeat(31)],
    ["WHATSAPP_ROOT_KEY", "zz".repeat(32)],
    ["WHATSAPP_MEDIA_ORIGIN", "ftp://127.0.0.1"],
    ["MEDIA_MAX_BYTES", "0"],
    ["MEDIA_MAX_BYTES", "10MB"],
    ["MEDIA_MAX_BYTES", "99999999999"],
    ["RETENTION_DAYS", "-1"],
    ["RETENTION_DAYS", "1.5"],
    ["RETENTION_DAYS", "9999"],
    ["WHATSAPP_VERSION", "latest"],
    ["WHATSAPP_VERSION", "3.14"],
    ["WHATSAPP_VERSION", "2.3000.1023223821-beta"],
    ["RECONNECT_JITTER_SECONDS", "-1"],
    ["RECONNECT_JITTER_SECONDS", "301"],
    ["CORS_ORIGINS", "*"],
    ["CORS_ORIGINS", "wa.example.com"],
    ["CORS_ORIGINS", "https://*.example.org"],
    ["CORS_ORIGINS", "https://app.example.com/"],
    ["CORS_ORIGINS", "https://app.example.com/path"],
    ["CORS_ORIGINS", "https://user@app.example.com"],
    ["CORS_ORIGINS", "https://app.example.com,,https://b.example.com"],
    ["CORS_ORIGINS", "null"],
  ])("refuse %s = %j by name, with the remedy and without the value", (name, value) => {
    const result = readSettings({ [name]: value });
    if (result.ok) throw new Error(`${name} was accepted`);
    expect(result.error).toMatchObject({
      code: "misconfigured",
      error: expect.stringContaining(name),
      hint: expect.stringContaining(name),
    });
    if (value.trim().length > 4) expect(JSON.stringify(result.error)).not.toContain(value);
  });
});

describe("the WhatsApp server", () => {
  const endpoint = (url: string, rootKey: string | null = null, mediaOrigin: string | null = null) =>
    whatsAppEndpoint({
      whatsAppUrl: url,
      whatsAppRootKey: rootKey,
      whatsAppMediaOrigin: mediaOrigin,
      whatsAppVersion: null,
    });
  const refusing = (name: string) => ({
    ok: false,
    error: { code: "misconfigured", error: expect.stringContaining(name) },
  });

  test("is WhatsApp's own unless overridden", () => {
    expect(endpoint(DEFAULT_WHATSAPP_URL)).toEqual({
      ok: true,
      value: { url: DEFAULT_WHATSAPP_URL, rootKey: null, mediaOrigin: null, version: null },
    });
  });

  test("may be one on this machine, with its own key and media origin", () => {
    expect(endpoint("ws://127.0.0.1:8080/ws/chat", "00ff".repeat(16), "http://localhost:8081/ignored")).toEqual({
      ok: true,
      value: {
        url: "ws://127.0.0.1:8080/ws/chat",
        rootKey: Uint8Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 0 : 255)),
        mediaOrigin: "http://localhost:8081",
        version: null,
      },
    });
  });

  test.each([
    "ws://localhost/",
    "ws://LOCALHOST:1/",
    "ws://[::1]:9/",
    "ws://127.255.0.9/",
    "ws://2130706433/",
    "ws://0x7f.1/",
    "ws://127.1/",
  ])("may be spelt %s", (url) => {
    expect(endpoint(url)).toMatchObject({ ok: true });
  });

  test.each([
    "ws://127.0.0.1.evil.com/",
    "ws://127.0.0.1@evil.com/",
    "ws://evil.com@127.0.0.1/",
    "ws://user:pass@localhost/",
    "ws://localhost.evil.com/",
    "ws://localhost./",
    "ws://evil.com/#127.0.0.1",
    "ws://evil.com/127.0.0.1",
    "ws://evil.com\\@127.0.0.1/",
    "ws://evil.com?@127.0.0.1/",
    "ws://128.0.0.1/",
    "ws://0.0.0.0/",
    "ws://10.0.0.1/",
    "ws://[::]/",
    "ws://[::2]/",
    "ws://[::ffff:127.0.0.1]/",
    "ws://notlocalhost/",
    "wss://web.whatsapp.com.evil.com/ws/chat",
    "wss://web.whatsapp.com/other",
    "not a url",
  ])("may not be %s", (url) => {
    expect(endpoint(url)).toMatchObject(refusing("WHATSAPP_URL"));
    expect(JSON.stringify(endpoint(url))).not.toContain("evil");
    const asMedia = url.replace(/^wss?:/, "http:");
    expect(endpoint(DEFAULT_WHATSAPP_URL, null, asMedia)).toMatchObject(refusing("WHATSAPP_MEDIA_ORIGIN"));
  });

  test("takes a root key only together with a server on this machine", () => {
    expect(endpoint(DEFAULT_WHATSAPP_URL, "ab".repeat(32))).toMatchObject(refusing("WHATSAPP_ROOT_KEY"));
    expect(endpoint(DEFAULT_WHATSAPP_URL, "ab".repeat(32), "http://127.0.0.1:1")).toMatchObject(
      refusing("WHATSAPP_ROOT_KEY"),
    );
  });
});
