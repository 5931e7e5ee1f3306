/** Where files are taken, and files that a phone uploads once more. */
import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { type BinaryNode, proto } from "@whiskeysockets/baileys";
import { mediaPartOf } from "../media-file.ts";
import type { LinkedOrigin, Router } from "../router.ts";
import { child, stanza, unixSeconds } from "../stanza.ts";

const { SUCCESS, NOT_FOUND } = proto.MediaRetryNotification.ResultType;

export function registerMedia(router: Router): void {
  router.iq("w:m", "set", "media_conn", ({ origin: { simulation }, reply }) => {
    const hosts = ["first", "second"].map((name) => stanza("host", { hostname: `media-${name}.whatsapp.test` }));
    reply([stanza("media_conn", { auth: simulation.media.auth, ttl: "3600", auth_ttl: "3600" }, hosts)]);
  });
}

/** Asked for a file that the servers no longer have, the owner's phone uploads its copy and tells the new place. */
export function uploadAgain({ simulation, companion }: LinkedOrigin, node: BinaryNode): void {
  const { id = "" } = node.attrs;
  const rmr = child(node, "rmr");
  const known = companion.account.handset.messages.find(id);
  const part = known && mediaPartOf(known.message)?.part;
  const path = part?.fileEncSha256 && simulation.media.keepAgain(part.fileEncSha256);
  const answer = { stanzaId: id, ...(path ? { directPath: path, result: SUCCESS } : { result: NOT_FOUND }) };
  const secret = part?.mediaKey ?? Buffer.alloc(32);
  const key = Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), "WhatsApp Media Retry Notification", 32));
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(id));
  const bytes = proto.MediaRetryNotification.encode(answer).finish();
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  const from = companion.account.address("pn");
  const encrypted = stanza("encrypt", {}, [stanza("enc_p", {}, sealed), stanza("enc_iv", {}, iv)]);
  companion.deliver(
    stanza("notification", { from, type: "mediaretry", id, t: unixSeconds() }, [encrypted, ...(rmr ? [rmr] : [])]),
  );
}
