/** The account's profile: read, changed at once, or set as soon as the number is connected. */
import type { PendingProfile, ProfileChange, ProfileView } from "../durable/rpc.ts";
import { ok, type Result, refuse } from "../errors.ts";
import type { TargetPolicy } from "../net/fetch-target.ts";
import { notConnected } from "../sending/not-connected.ts";
import type { Connection } from "../store/instance-table.ts";
import { RequestRefusedError, SessionClosedError, type WhatsAppSession } from "../whatsapp/session.ts";
import { readPicture } from "./picture.ts";

/** WhatsApp's code for a picture or text it does not take. */
const NOT_ACCEPTABLE = 406;
/** After linking, the phone hands over what is needed to change the name within some seconds. */
const RETRY_MS = 5_000;

export interface ProfileDeps {
  /** Null unless the number is online. */
  session: WhatsAppSession | null;
  connection: Connection;
  policy: TargetPolicy;
}

export async function readProfile({ session, connection }: ProfileDeps): Promise<Result<ProfileView>> {
  const { phone } = connection;
  const offline = { phone, connected: false, name: null, about: null, pictureUrl: null };
  if (!session) return ok(offline);
  try {
    return ok({ phone, connected: true, ...(await session.profile.read()) });
  } catch (error) {
    if (error instanceof SessionClosedError) return ok(offline);
    return refusalOf(error, connection);
  }
}

export async function changeProfile(change: ProfileChange, deps: ProfileDeps): Promise<Result<ProfileChange["field"]>> {
  const { session, connection, policy } = deps;
  if (!session) return notConnected(connection);
  const { profile } = session;
  try {
    if (change.field === "name") await profile.setName(change.value);
    else if (change.field === "about") await profile.setAbout(change.value);
    else if (change.value === null) await profile.setPicture(null);
    else {
      const picture = await readPicture(change.value, policy);
      if (!picture.ok) return picture;
      await profile.setPicture(picture.value);
    }
    return ok(change.field);
  } catch (error) {
    return refusalOf(error, connection);
  }
}

/**
 * Sets what was to be set once connected, one after the other.
 * @returns what is left, because WhatsApp was not ready for it or went away; null when nothing is. What WhatsApp refuses
 * for good is given up and told to `warn`.
 */
export async function applyPending(
  pending: PendingProfile,
  { session }: Pick<ProfileDeps, "session">,
  warn: (text: string) => void,
): Promise<PendingProfile | null> {
  if (!session) return pending;
  const left: PendingProfile = {};
  const attempt = async (field: keyof PendingProfile, set: (text: string) => Promise<void>): Promise<void> => {
    const text = pending[field];
    if (text === undefined) return;
    try {
      await set(text);
    } catch (error) {
      if (error instanceof RequestRefusedError && error.code !== null) warn(`WhatsApp refused the profile's ${field}`);
      else left[field] = text;
    }
  };
  await attempt("about", (text) => session.profile.setAbout(text));
  await attempt("name", (text) => session.profile.setName(text));
  return Object.keys(left).length === 0 ? null : left;
}

function refusalOf(error: unknown, connection: Connection) {
  if (error instanceof SessionClosedError) return notConnected(connection);
  if (!(error instanceof RequestRefusedError)) throw error;
  if (error.code === NOT_ACCEPTABLE) {
    return refuse("invalid_request", "WhatsApp does not take this", { hint: "Try a shorter text or another picture" });
  }
  if (error.code !== null) return refuse("wrong_state", `WhatsApp refused the change (${error.code})`);
  return refuse("unavailable", "WhatsApp did not answer, or is not ready for this yet", {
    hint: "Try again; after linking, a change of the name may take some seconds to become possible",
    retryAfterMs: RETRY_MS,
  });
}
