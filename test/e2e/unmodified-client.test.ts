/** The contact is an unmodified Baileys client on Node, which shares nothing with the gateway but the protocol. */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  downloadContentFromMessage,
  generateWAMessageFromContent,
  prepareWAMessageMedia,
} from "@whiskeysockets/baileys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Phone } from "../../simulator/index.ts";
import { BaileysClient, textOf, trust } from "../simulator/baileys-client.ts";
import { useLab } from "./support/lab.ts";
import type { GatewayNumber } from "./support/number.ts";

const lab = useLab({ gateway: "wrangler dev" });

const FILES = {
  image: Buffer.concat([
    Buffer.from("89504e470d0a1a0a0000000d49484452000000400000002008020000", "hex"),
    randomBytes(50_000),
  ]),
  document: Buffer.concat([Buffer.from("%PDF-1.7\n"), randomBytes(120_000)]),
};
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let phone: Phone;
let other: Phone;
let client: BaileysClient;
let number: GatewayNumber;

beforeAll(async () => {
  trust(lab.whatsApp.rootKey);
  [phone, other] = [lab.whatsApp.phone({ businessName: "Clinic" }), lab.whatsApp.phone({ businessName: "Alice" })];
  number = await lab.number("unmodified");
  await number.isLinkedBy(phone);
  client = new BaileysClient(lab.whatsApp.whatsappUrl).connect();
  const { deviceId } = await other.scans(await client.qr());
  await other.online({ deviceId });
  await client.open();
});

afterAll(() => client.stop());

/** The message of this id, as the client gives it to its program. */
const received = (messageId: string) =>
  client.find("messages.upsert", ({ messages }) => messages.find(({ key }) => key.id === messageId), {
    what: `message ${messageId}`,
  });

describe("an unmodified client", () => {
  it("reads a text and is read", async () => {
    const { messageId } = await number.sends(other.phone, "Hello from the gateway");
    expect(textOf(await received(messageId))).toBe("Hello from the gateway");
    const id = await client.sends(`${phone.phone}@s.whatsapp.net`, "Hello from Baileys");
    const { body } = await lab.hook.received(({ message_id }) => message_id === id);
    expect(body).toMatchObject({ message: "Hello from Baileys", from_phone: other.phone });
  });

  it.each(["image", "document"] as const)("decrypts and sends a file, byte for byte: %s", async (kind) => {
    const bytes = FILES[kind];
    const mimetype = kind === "image" ? "image/png" : "application/pdf";
    const { messageId } = await lab.api.ok<{ messageId: string }>("POST", `${number.path}/send`, {
      to: other.phone,
      mediaUrl: `data:${mimetype};base64,${bytes.toString("base64")}`,
    });
    const { message } = await received(messageId);
    const part = message?.[`${kind}Message`];
    const url = `${lab.whatsApp.mediaOrigin}${part?.directPath}`;
    const chunks: Buffer[] = [];
    for await (const chunk of await downloadContentFromMessage({ mediaKey: part?.mediaKey ?? null, url }, kind)) {
      chunks.push(chunk as Buffer);
    }
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(bytes));

    // Baileys uploads by https only: its own encryption, with the simulator's media server as it is.
    const upload = async (path: string) => {
      const directPath = lab.whatsApp.files.keep(await readFile(path));
      return { mediaUrl: `https://mmg.whatsapp.net${directPath}`, directPath };
    };
    const content =
      kind === "image"
        ? { image: bytes, mimetype, jpegThumbnail: "" }
        : { document: bytes, mimetype, fileName: "offer.pdf" };
    const prepared = await prepareWAMessageMedia(content, { upload });
    const jid = `${phone.phone}@s.whatsapp.net`;
    const { key, message: ready } = generateWAMessageFromContent(jid, prepared, { userJid: client.jid });
    await client.socket.relayMessage(jid, ready ?? {}, { messageId: key.id ?? "" });
    const { body } = await lab.hook.received(({ message_id }) => message_id === key.id);
    expect(body).toMatchObject({ media_type: kind, mime_type: mimetype, media: { sha256: sha256(bytes) } });
    const file = await fetch(String(body.media_url));
    expect(sha256(Buffer.from(await file.arrayBuffer()))).toBe(sha256(bytes));
  });
});
