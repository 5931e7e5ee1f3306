/** What a phone answers to a linked device that could not read messages: the messages themselves. */
import { proto } from "@whiskeysockets/baileys";
import type { ReceivedMessage } from "../inbox.ts";
import type { Simulation } from "../simulation.ts";

const { Type } = proto.Message.ProtocolMessage;
const { PLACEHOLDER_MESSAGE_RESEND } = proto.Message.PeerDataOperationRequestType;

/** @param requestId the message that asked */
export function resentMessages(requestId: string, messages: ReceivedMessage[], simulation: Simulation): proto.IMessage {
  const peerDataOperationResult = messages.map((received) => ({
    placeholderMessageResendResponse: { webMessageInfoBytes: webMessage(received, simulation) },
  }));
  return {
    protocolMessage: {
      type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationRequestType: PLACEHOLDER_MESSAGE_RESEND,
        stanzaId: requestId,
        peerDataOperationResult,
      },
    },
  };
}

function webMessage({ id, from, chat, message, addressing, at }: ReceivedMessage, simulation: Simulation): Uint8Array {
  const writer = simulation.account(from);
  const isGroup = chat.endsWith("@g.us");
  const key = {
    id,
    fromMe: false,
    remoteJid: isGroup ? chat : writer.address(addressing),
    ...(isGroup ? { participant: writer.address("lid") } : {}),
  };
  const info = { key, message, messageTimestamp: Math.floor(at / 1_000), pushName: writer.name };
  return proto.WebMessageInfo.encode(info).finish();
}
