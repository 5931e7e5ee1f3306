/** A phone with a long history, in parts as WhatsApp sends them, and the wait until a number has read it. */
import type { proto } from "@whiskeysockets/baileys";
import type { Phone } from "../../simulator/index.ts";
import type { Api } from "../../test/e2e/support/api.ts";
import { eventually } from "../../test/e2e/support/eventually.ts";
import { GatewayNumber } from "../../test/e2e/support/number.ts";

const MESSAGES_OF_A_CHAT = 100;
const CHATS_OF_A_PART = 100;
const DAY_S = 24 * 60 * 60;
/** All of them are within this time: the gateway leaves out what is too old. */
const SPAN_S = 10 * DAY_S;
const PATIENCE_MS = 280_000;

/** Random words, which compress about as badly as what people write. */
const words = Array.from({ length: 4_000 }, () =>
  Math.random()
    .toString(36)
    .slice(2, 3 + Math.random() * 8),
);
const textOf = (characters: number): string => {
  let text = "";
  while (text.length < characters) text += `${words[Math.floor(Math.random() * words.length)]} `;
  return text.slice(0, characters);
};

/** `messages` texts of so many characters each, 100 in a chat, 10,000 in a part. */
export function phoneHistory(messages: number, characters: number): proto.IHistorySync[] {
  const newest = Math.floor(Date.now() / 1_000) - DAY_S;
  const parts: proto.IHistorySync[] = [];
  for (let made = 0; made < messages; ) {
    const conversations: proto.IConversation[] = [];
    while (made < messages && conversations.length < CHATS_OF_A_PART) {
      const jid = `${5_511_900_000_000 + Math.floor(made / MESSAGES_OF_A_CHAT)}@s.whatsapp.net`;
      const count = Math.min(MESSAGES_OF_A_CHAT, messages - made);
      const of = (index: number): proto.IHistorySyncMsg => ({
        message: {
          key: { remoteJid: jid, id: `H${made + index}`, fromMe: index % 3 === 0 },
          message: { conversation: textOf(characters) },
          messageTimestamp: newest - Math.floor((SPAN_S / messages) * (made + index)),
        },
      });
      conversations.push({ id: jid, messages: Array.from({ length: count }, (_, index) => of(index)) });
      made += count;
    }
    parts.push({ syncType: null, conversations });
  }
  return parts;
}

/** Links a number that takes the history of its phone. @returns when `messages` of it are stored */
export async function takesHistory(api: Api, id: string, phone: Phone, messages: number): Promise<void> {
  const number = await GatewayNumber.create(api, id);
  await api.ok("PUT", number.path, { syncHistory: true });
  await number.isLinkedBy(phone);
  const taken = (lines: string[]): number =>
    lines.reduce((sum, line) => sum + Number(/^Took (\d+) messages from the phone's history/.exec(line)?.[1] ?? 0), 0);
  await eventually(
    () => number.logs(),
    (lines) => taken(lines) === messages,
    `${messages} messages of the history are stored`,
    PATIENCE_MS,
  );
}
