import { afterEach, describe, expect, test, vi } from "vitest";
import { type DownloadJob, downloadBytes, downloadFile } from "../../../src/media/download-file.ts";

const job = (directPath: string): DownloadJob => ({
  key: "o/i/media/f1",
  kind: "image",
  directPath,
  mediaKey: "a2V5",
  fileSha256: "aGFzaA==",
  fileEncSha256: "aGFzaA==",
  mimeType: "image/jpeg",
  fileName: null,
  size: 5,
  maxBytes: 100,
  mediaOrigin: null,
});

afterEach(() => vi.unstubAllGlobals());

/** The hosts that are asked for a file; none of them has it. */
function askedHosts(): string[] {
  const hosts: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    hosts.push(new URL(url).host);
    return new Response(null, { status: 404 });
  });
  return hosts;
}

describe("where a message says its file is", () => {
  test("is asked for at WhatsApp's host", async () => {
    const hosts = askedHosts();
    expect(await downloadFile({} as R2Bucket, job("/v/t62/1?ccb=1"))).toBe("gone");
    expect(hosts).toEqual(["mmg.whatsapp.net"]);
  });

  test.each([".evil.example/v/1", "@evil.example/v/1", ":8443/v/1", "evil.example/v/1", ""])(
    "is never another host, whatever its sender writes: %j",
    async (path) => {
      const hosts = askedHosts();
      expect(await downloadFile({} as R2Bucket, job(path))).toBe("corrupt");
      await expect(downloadBytes(job(path))).rejects.toThrow();
      expect(hosts).toEqual([]);
    },
  );
});
