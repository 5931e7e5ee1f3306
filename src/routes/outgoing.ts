import type { z } from "@hono/zod-openapi";
import type { OutgoingMessage } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import type { SendMessageSchema } from "../schemas/send-body.ts";

/** A checked body → what the number's object is asked to send. */
export async function outgoing(body: z.output<typeof SendMessageSchema>): Promise<Result<OutgoingMessage>> {
  if ("content" in body) {
    const { content, ...addressed } = body;
    return ok({ ...addressed, ...content });
  }
  return refuse("not_implemented", `Messages of type ${body.media.kind ?? "media"} are not built yet`, {
    hint: "Send messageType text; nothing was sent",
  });
}
