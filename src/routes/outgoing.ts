/** A checked body → what the number's object is asked to send; its file goes to WhatsApp on the way. */
import type { z } from "@hono/zod-openapi";
import type { InstanceRpc, MediaFile, OutgoingMessage, SentMessage } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import type { Services } from "../middleware/app-env.ts";
import type { SendMessageSchema } from "../schemas/send-body.ts";
import type { MediaRequest } from "../schemas/send-content.ts";

interface Sending {
  orgId: string;
  instanceId: string;
  instance: InstanceRpc;
  services: Pick<Services, "media" | "linkPreview">;
  /** Of a call with an `Idempotency-Key`. */
  callId?: string | undefined;
}

type Body = z.output<typeof SendMessageSchema>;

/** Kinds of files that carry a text; with the others none reaches the recipient, and so none is stored. */
const WITH_CAPTION: ReadonlySet<MediaFile["kind"]> = new Set(["image", "video", "document"]);

/** Sends a message of any kind. When it is refused, nothing of it stays behind. */
export async function sendBody(body: Body, sending: Sending): Promise<Result<SentMessage>> {
  const { orgId, instance, services, callId } = sending;
  if ("media" in body) return sendFile(body, sending);
  const { content, linkPreview, ...addressed } = body;
  const preview = content.kind === "text" && linkPreview ? await services.linkPreview(content.text) : null;
  return instance.send(orgId, { ...addressed, ...content, ...(preview && { preview }) }, callId);
}

async function sendFile(
  body: Extract<Body, { media: MediaRequest }>,
  { orgId, instanceId, instance, services: { media }, callId }: Sending,
): Promise<Result<SentMessage>> {
  const { media: wanted, linkPreview: _, ...addressed } = body;
  const hosts = await instance.mediaHosts(orgId, addressed);
  if (!hosts.ok) return hosts;
  const source = await sourceOf(wanted.source, orgId, instance);
  if (!source.ok) return source;
  const { kind, mimeType: declaredType = null, caption, voice, gif } = wanted;
  const fileName = wanted.fileName ?? (kind === "document" || kind === null ? nameIn(wanted.source) : null);
  const from = { orgId, instanceId, source: source.value, kind, declaredType, fileName, field: "mediaUrl" };
  const taken = await media.take(from);
  if (!taken.ok) return taken;
  const sent = await upload();
  // Refused, held back by the limits, or sent by the first of the same calls: no message tells of this file.
  if (!sent.ok || sent.value.blocked || sent.value.repeated) await media.discard(taken.value.key);
  return sent;

  async function upload(): Promise<Result<SentMessage>> {
    if (!taken.ok || !hosts.ok) throw new Error("sendFile: called too early");
    const uploaded = await media.upload(taken.value, hosts.value, fileName);
    if (!uploaded.ok) return uploaded;
    const message: OutgoingMessage = {
      ...addressed,
      kind: uploaded.value.kind,
      text: WITH_CAPTION.has(uploaded.value.kind) ? caption : "",
      file: uploaded.value,
      voice,
      gif,
    };
    return instance.send(orgId, message, callId);
  }
}

/** An id of a message's file, by itself or as its address in this API. */
const MEDIA_ID = /^(?:https?:\/\/[^/]+\/api\/instances\/[^/]+\/media\/)?([0-9a-f]{32})$/;

/** A file of a message is read by its public link; the instance is known by now, so `not_found` is the file. */
async function sourceOf(source: string, orgId: string, instance: InstanceRpc): Promise<Result<string>> {
  const id = MEDIA_ID.exec(source)?.[1];
  if (id === undefined) return ok(source);
  const file = await instance.media(orgId, id);
  if (!file.ok && file.error.code === "not_found") {
    const issues = [{ path: "mediaUrl", message: "There is no such file; use the id of a file of this instance" }];
    return refuse("invalid_request", "The file could not be read", { issues });
  }
  return file.ok ? ok(file.value.link ?? source) : file;
}

/** The last part of a URL's path, if it looks like a file's name. */
function nameIn(source: string): string | null {
  if (!/^https?:/.test(source) || !URL.canParse(source)) return null;
  const last = new URL(source).pathname.split("/").at(-1) ?? "";
  if (!/^[^/]{1,200}\.[A-Za-z0-9]{1,8}$/.test(last)) return null;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
