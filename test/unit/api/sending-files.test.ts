import { expect, test } from "vitest";
import type { MediaFile, OutgoingMessage, SentMessage } from "../../../src/durable/rpc.ts";
import { ok } from "../../../src/errors.ts";
import type { SealedFile } from "../../../src/media/seal-file.ts";
import { api } from "./support.ts";

const send = "POST /api/instances/wa_1/send";
const KEY = "default/wa_1/media/f1";

const sentMessage: SentMessage = {
  messageId: "3EB0",
  status: "sent",
  messageType: "image",
  createdAt: "2026-01-29T12:00:00.000Z",
  from: "60111111111",
  to: "60123456789",
  chatId: "60123456789@s.whatsapp.net",
  text: "",
  delayMs: 0,
  reason: null,
  code: null,
};

/** An API that takes every file as one of this kind. */
function sending(kind: MediaFile["kind"], changes: Partial<SentMessage> = {}) {
  const given: OutgoingMessage[] = [];
  const discarded: string[] = [];
  const world = api({
    media: {
      take: async () => ok({ key: KEY, kind } as SealedFile),
      upload: async () => ok({ id: "f1", key: KEY, kind } as MediaFile),
      discard: async (key) => void discarded.push(key),
    },
    instance: {
      mediaHosts: async () => ok({ hosts: ["media.example"], auth: "a" }),
      send: async (_orgId, message) => {
        given.push(message);
        return ok({ ...sentMessage, ...changes });
      },
    },
  });
  return { ...world, given, discarded };
}

const json = { to: "60123456789", mediaUrl: "https://example.com/file", message: "Look" };

test("a file whose message was sent stays in the bucket", async () => {
  const { call, discarded } = sending("image");
  expect((await call(send, { json })).body).toMatchObject({ success: true, messageId: "3EB0" });
  expect(discarded).toEqual([]);
});

test("a file of a repeated call goes: the message that was sent before has its own", async () => {
  const { call, discarded } = sending("image", { status: "pending", repeated: true });
  expect((await call(send, { json })).body).toMatchObject({ success: true, status: "pending" });
  expect(discarded).toEqual([KEY]);
});

test.each<[MediaFile["kind"], string]>([
  ["image", "Look"],
  ["video", "Look"],
  ["document", "Look"],
  ["audio", ""],
  ["sticker", ""],
])("the history says of %s what its recipient sees", async (kind, text) => {
  const { call, given } = sending(kind);
  await call(send, { json });
  expect(given).toMatchObject([{ kind, text }]);
});
