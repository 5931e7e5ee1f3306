/** Votes in polls: encrypted with a key derived from the poll's secret, its creator and the voter. */
import { createCipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { proto } from "@whiskeysockets/baileys";

interface Vote {
  pollId: string;
  /** The poll's own message, which carries its secret. */
  poll: proto.IMessage;
  /** Addresses without a device. */
  creator: string;
  voter: string;
  /** Names of the options chosen. */
  options: readonly string[];
}

const hmac = (key: Uint8Array, data: string | Uint8Array) => createHmac("sha256", key).update(data).digest();

export function encryptVote({ pollId, poll, creator, voter, options }: Vote): proto.Message.IPollUpdateMessage {
  const secret = poll.messageContextInfo?.messageSecret;
  if (!secret) throw new Error(`the message ${pollId} is no poll`);
  // HKDF with an empty salt and one block of output: extract, then expand.
  const info = Buffer.concat([Buffer.from(`${pollId}${creator}${voter}Poll Vote`), Buffer.of(1)]);
  const key = hmac(hmac(Buffer.alloc(32), secret), info);
  const encIv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, encIv).setAAD(Buffer.from(`${pollId}\0${voter}`));
  const selectedOptions = options.map((name) => createHash("sha256").update(name).digest());
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  const encPayload = Buffer.concat([cipher.update(vote), cipher.final(), cipher.getAuthTag()]);
  return {
    pollCreationMessageKey: { id: pollId, remoteJid: creator, fromMe: false },
    vote: { encPayload, encIv },
    senderTimestampMs: Date.now(),
  };
}
