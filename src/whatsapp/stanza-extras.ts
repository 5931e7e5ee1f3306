/**
 * What a message's stanza carries beside the encrypted copies. Attribute values and nodes as WhatsApp's own clients and
 * whatsmeow send them: `edit` 1 for an edit, 7 for taking an own message back; `meta polltype` for polls; and for
 * interactive messages the `biz` node without which apps show nothing.
 */
import type { BinaryNode } from "./baileys.ts";
import { proto } from "./baileys.ts";

interface StanzaExtras {
  additionalAttributes: Record<string, string>;
  additionalNodes: BinaryNode[];
}

const NATIVE_FLOW: BinaryNode = {
  tag: "biz",
  attrs: {},
  content: [
    {
      tag: "interactive",
      attrs: { type: "native_flow", v: "1" },
      content: [{ tag: "native_flow", attrs: { v: "9", name: "mixed" } }],
    },
  ],
};

const EDIT_OF: ReadonlyMap<proto.Message.ProtocolMessage.Type | null | undefined, string> = new Map([
  [proto.Message.ProtocolMessage.Type.MESSAGE_EDIT, "1"],
  [proto.Message.ProtocolMessage.Type.REVOKE, "7"],
]);

export function stanzaExtras(message: proto.IMessage): StanzaExtras {
  const edit = message.protocolMessage ? EDIT_OF.get(message.protocolMessage.type) : undefined;
  const isPoll = Boolean(message.pollCreationMessage || message.pollCreationMessageV3);
  return {
    additionalAttributes: edit ? { edit } : {},
    additionalNodes: [
      ...(isPoll ? [{ tag: "meta", attrs: { polltype: "creation" } }] : []),
      ...(message.interactiveMessage?.nativeFlowMessage ? [NATIVE_FLOW] : []),
    ],
  };
}
