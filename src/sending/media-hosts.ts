import type { Addressed, MediaHosts } from "../durable/rpc.ts";
import { ok, type Result } from "../errors.ts";
import { notAnswered, notConnected } from "./not-connected.ts";
import { quotedTarget } from "./quoted.ts";
import { recipientOf, type SendingDeps } from "./send-message.ts";

/** Where a message's file is to be uploaded; refused when the message would be, so that nothing is moved in vain. */
export async function mediaHosts({ to, quotedMessageId }: Addressed, deps: SendingDeps): Promise<Result<MediaHosts>> {
  const recipient = await recipientOf(to, deps);
  if (!recipient.ok) return recipient;
  const quoted = quotedTarget(quotedMessageId, recipient.value.chatId, deps.store);
  if (!quoted.ok) return quoted;
  if (!deps.session) return notConnected(deps.connection);
  try {
    return ok(await deps.session.mediaHosts());
  } catch (error) {
    return notAnswered(error, deps.connection);
  }
}
