/** The account's own profile over a Baileys socket. */
import type { AuthenticationCreds, WASocket } from "./baileys.ts";
import { jidNormalizedUser, S_WHATSAPP_NET } from "./baileys.ts";
import { codeOf } from "./query-errors.ts";
import { type OwnProfile, RequestRefusedError, SessionClosedError } from "./session.ts";

/** Runs a call, turning a lost connection into `SessionClosedError`. */
type Guarded = <T>(call: () => Promise<T>) => Promise<T>;

/** WhatsApp's code for "there is no picture" (404), or "you may not see it" (401). */
const NO_PICTURE = new Set([401, 404]);

/** @param rename changes the synchronised setting */
export function ownProfile(
  socket: WASocket,
  creds: AuthenticationCreds,
  guarded: Guarded,
  rename: (name: string) => Promise<void>,
): OwnProfile {
  const request = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await guarded(call);
    } catch (error) {
      throw error instanceof SessionClosedError ? error : new RequestRefusedError(codeOf(error));
    }
  };
  const ownJid = (): string => jidNormalizedUser(creds.me?.id);

  const pictureUrl = async (): Promise<string | null> => {
    try {
      return (await request(() => socket.profilePictureUrl(ownJid(), "image"))) ?? null;
    } catch (error) {
      if (error instanceof RequestRefusedError && error.code !== null && NO_PICTURE.has(error.code)) return null;
      throw error;
    }
  };
  const about = async (): Promise<string | null> => {
    const [found] = (await request(() => socket.fetchStatus(ownJid()))) ?? [];
    const { status } = (found?.status ?? {}) as { status?: unknown };
    return typeof status === "string" && status !== "" ? status : null;
  };

  return {
    read: async () => ({ name: creds.me?.name ?? null, about: await about(), pictureUrl: await pictureUrl() }),

    async setName(name) {
      // Not before the phone has handed over the key for settings, some seconds after linking.
      await request(() => rename(name));
      // Stores the name and announces it.
      if (creds.me) socket.ev.emit("creds.update", { me: { ...creds.me, name } });
    },

    setAbout: (text) => request(() => socket.updateProfileStatus(text)),

    async setPicture(jpeg) {
      if (jpeg === null) return request(() => socket.removeProfilePicture(ownJid()));
      // What Baileys' own function does, but for its resizing, which needs native modules.
      await request(() =>
        socket.query({
          tag: "iq",
          attrs: { to: S_WHATSAPP_NET, type: "set", xmlns: "w:profile:picture" },
          content: [{ tag: "picture", attrs: { type: "image" }, content: jpeg }],
        }),
      );
    },
  };
}
