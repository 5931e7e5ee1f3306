/**
 * The phone's history (`HistorySync`) as a stream of its parts: messages, people's names, who is who, and the tokens that
 * let this number write to its contacts. A history may be hundreds of megabytes; one message of it is in memory.
 */
import { proto } from "../baileys.ts";
import type { HistoryPart } from "../history-part.ts";
import { lidOf, phoneOf } from "../identity.ts";
import type { Me } from "../normalise/stanza.ts";
import { normaliseWebMessage } from "../normalise/web-message.ts";
import type { MessageLookups } from "../session.ts";
import { BYTES, ProtoStream, VARINT } from "./proto-stream.ts";

/** Field numbers of `HistorySync`. */
const CONVERSATIONS = 2;
const PUSH_NAMES = 7;
const PAIRS = 15;
/** Field number of the messages in `Conversation`. */
const MESSAGES = 2;

/** A message with its thumbnail is some 100 KB at most; SQLite rows end at 2 MB. Longer ones are passed over. */
const MESSAGE_BYTES = 1024 * 1024;
/** All else that is read: names, addresses, tokens. */
const FIELD_BYTES = 16 * 1024;
/** A year of a busy number is some 100 MB; more than this is no history. */
const HISTORY_BYTES = 2 * 1024 * 1024 * 1024;

const { ERROR, DELIVERY_ACK, READ, PLAYED } = proto.WebMessageInfo.Status;

/** @param chunks the decompressed bytes. @throws BrokenStreamError */
export async function* readHistory(
  chunks: AsyncIterable<Uint8Array>,
  me: Me,
  lookups: Pick<MessageLookups, "poll">,
): AsyncGenerator<HistoryPart> {
  const stream = new ProtoStream(chunks, HISTORY_BYTES);
  try {
    for (let tag = await stream.tag(); tag; tag = await stream.tag()) {
      if (tag.wire !== BYTES) {
        await stream.skipValue(tag.wire);
        continue;
      }
      const length = await stream.varint();
      if (tag.field === CONVERSATIONS) yield* conversation(stream, stream.position + length, me, lookups);
      else if (length > FIELD_BYTES) await stream.skip(length);
      else yield* entry(tag.field, await stream.take(length));
    }
  } finally {
    await stream.close();
  }
}

async function* conversation(
  stream: ProtoStream,
  end: number,
  me: Me,
  lookups: Pick<MessageLookups, "poll">,
): AsyncGenerator<HistoryPart> {
  const rest: Uint8Array[] = [];
  while (stream.position < end) {
    const tag = await stream.tag();
    if (!tag) return;
    if (tag.wire === VARINT) {
      rest.push(varint(tag.field * 8 + VARINT), varint(await stream.varint()));
      continue;
    }
    if (tag.wire !== BYTES) {
      await stream.skipValue(tag.wire);
      continue;
    }
    const length = await stream.varint();
    if (tag.field === MESSAGES && length <= MESSAGE_BYTES) {
      const { message } = proto.HistorySyncMsg.decode(await stream.take(length));
      const part = message && messagePart(message, me, lookups);
      if (part) yield part;
    } else if (tag.field !== MESSAGES && length <= FIELD_BYTES) {
      rest.push(varint(tag.field * 8 + BYTES), varint(length), Uint8Array.from(await stream.take(length)));
    } else {
      await stream.skip(length);
    }
  }
  yield* aboutChat(proto.Conversation.decode(Buffer.concat(rest)));
}

function messagePart(info: proto.IWebMessageInfo, me: Me, lookups: Pick<MessageLookups, "poll">): HistoryPart | null {
  const message = normaliseWebMessage(info, me, lookups);
  if (!message) return null;
  return { kind: "message", message, status: message.fromMe ? statusOf(info.status) : "received" };
}

function statusOf(status: proto.WebMessageInfo.Status | null | undefined) {
  if (status === ERROR) return "failed";
  if (status === DELIVERY_ACK) return "delivered";
  if (status === READ) return "read";
  return status === PLAYED ? "played" : "sent";
}

function* entry(field: number, bytes: Uint8Array): Generator<HistoryPart> {
  if (field === PUSH_NAMES) {
    const { id, pushname } = proto.Pushname.decode(bytes);
    // WhatsApp writes "-" for people without a name.
    if (id && pushname && pushname !== "-") yield { kind: "name", jid: id, name: pushname };
  }
  if (field === PAIRS) {
    const { pnJid, lidJid } = proto.PhoneNumberToLIDMapping.decode(bytes);
    yield* pair(pnJid, lidJid);
  }
}

function* aboutChat(chat: proto.IConversation): Generator<HistoryPart> {
  const { id, pnJid, lidJid, tcToken, tcTokenTimestamp, tcTokenSenderTimestamp } = chat;
  yield* pair(phoneOf(id) ? id : pnJid, lidOf(id) ? id : lidJid);
  const at = Number(tcTokenTimestamp ?? 0);
  const jid = lidOf(id) ? id : (lidJid ?? id);
  if (!jid || !tcToken?.length || at === 0) return;
  const sentAt = tcTokenSenderTimestamp ? Number(tcTokenSenderTimestamp) : null;
  yield { kind: "token", jid, token: Uint8Array.from(tcToken), at, sentAt };
}

function* pair(pn: string | null | undefined, lid: string | null | undefined): Generator<HistoryPart> {
  const [phone, digits] = [phoneOf(pn), lidOf(lid)];
  if (phone && digits) yield { kind: "pair", phone, lid: digits };
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Uint8Array.from([...bytes, left]);
}
