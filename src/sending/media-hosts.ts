import type { MediaHosts } from "../durable/rpc.ts";
import { ok, type Result } from "../errors.ts";
import { notAnswered, notConnected } from "./not-connected.ts";
import { recipientOf, type SendingDeps } from "./send-message.ts";

/** Where a file for `to` is to be uploaded; refused when `to` could not be written to, so that nothing is moved in vain. */
export async function mediaHosts(to: string, deps: SendingDeps): Promise<Result<MediaHosts>> {
  const recipient = await recipientOf(to, deps);
  if (!recipient.ok) return recipient;
  if (!deps.session) return notConnected(deps.connection);
  try {
    return ok(await deps.session.mediaHosts());
  } catch (error) {
    return notAnswered(error, deps.connection);
  }
}
