import type { OutgoingContent } from "../durable/rpc.ts";
import { lidOf, phoneOf } from "../whatsapp/identity.ts";
import type { MessageDetails } from "../whatsapp/session.ts";

/** What the history shows of a message of ours beyond its text: the same fields as of one that came in. */
export function detailsOf(message: OutgoingContent & { mentions?: string[] }): MessageDetails {
  const mentions = message.mentions?.map((who) => (lidOf(who) ? who : (phoneOf(who) ?? who)));
  return { ...ofKind(message), ...(mentions && mentions.length > 0 && { mentions }) };
}

function ofKind(message: OutgoingContent): MessageDetails {
  switch (message.kind) {
    case "location": {
      const { latitude, longitude, name = null, address = null } = message;
      return { location: { latitude, longitude, name, address, live: false } };
    }
    case "contact":
      return { contact: { displayName: message.displayName, phoneNumber: message.phoneNumber } };
    case "poll": {
      const { text: question, options, selectableCount } = message;
      return { poll: { question, options, selectableCount } };
    }
    case "buttons":
      return { buttons: message.buttons };
    case "list":
      return {
        buttons: message.sections.flatMap(({ rows }) => rows.map(({ id, title }) => ({ id, text: title }))),
      };
    default:
      return {};
  }
}
