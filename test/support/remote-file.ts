/** A picture at WhatsApp, as a message tells of it. */
import type { RemoteFile } from "../../src/whatsapp/session.ts";

export const REMOTE_PICTURE: RemoteFile = {
  kind: "image",
  mimeType: "image/png",
  directPath: "/v/1",
  mediaKey: "AAAA",
  fileSha256: "AAAA",
  fileEncSha256: "AAAA",
  size: 1,
  fileName: null,
  seconds: null,
  width: null,
  height: null,
  voice: false,
  gif: false,
};
