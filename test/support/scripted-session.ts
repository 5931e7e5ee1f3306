/** A WhatsApp that does what the test says: sessions that are opened are listed, and the test emits their events. */
import type {
  OpenSession,
  OutboundStanza,
  SessionDeps,
  SessionEvent,
  WhatsAppEndpoint,
  WhatsAppSession,
} from "../../src/whatsapp/session.ts";

export interface ScriptedSession extends WhatsAppSession {
  readonly endpoint: WhatsAppEndpoint;
  readonly deps: SessionDeps;
  /** Phones a pairing code was asked for, and what was handed over for sending. */
  readonly asked: string[];
  readonly sent: OutboundStanza[];
  /** What people were shown: presence, typing, read receipts. */
  readonly seen: string[];
  isClosed: boolean;
  loggedOut: boolean;
  /** Emits an event, whatever state the session is in: a real one might do so too late. */
  emit(event: SessionEvent): void;
}

interface Script {
  pairingCode?: (phone: string) => Promise<string>;
  send?: (stanza: OutboundStanza) => Promise<void>;
  /** What a change of the profile does. */
  profile?: (field: "name" | "about" | "picture", value: string | Uint8Array | null) => Promise<void>;
  logout?: () => Promise<void>;
  saveContact?: (phone: string, name: string) => Promise<void>;
  /** Whether a question beyond a ping is answered. */
  answers?: () => Promise<boolean>;
}

export function scriptedWhatsApp(script: Script = {}) {
  const sessions: ScriptedSession[] = [];
  const openSession: OpenSession = (endpoint, deps) => {
    const session: ScriptedSession = {
      endpoint,
      deps,
      asked: [],
      sent: [],
      seen: [],
      isClosed: false,
      loggedOut: false,
      emit: (event) => deps.onEvent(event),
      requestPairingCode(phone) {
        session.asked.push(phone);
        return script.pairingCode?.(phone) ?? Promise.resolve("ABCD1234");
      },
      profile: {
        read: async () => ({ name: "Support", about: null, pictureUrl: null }),
        setName: async (name) => script.profile?.("name", name),
        setAbout: async (about) => script.profile?.("about", about),
        setPicture: async (jpeg) => script.profile?.("picture", jpeg),
      },
      lookUp: async (phone) => `${phone}@s.whatsapp.net`,
      mediaHosts: async () => ({ hosts: ["media.example"], auth: "auth" }),
      requestFileAgain: async () => "/v/again",
      describe: async () => ({ lid: null, pictureUrl: null }),
      async send(stanza) {
        await script.send?.(stanza);
        session.sent.push(stanza);
      },
      typing: async (to, on) => void session.seen.push(`${on ? "types" : "stops"} ${to}`),
      markRead: async (keys) => void session.seen.push(...keys.map(({ messageId }) => `reads ${messageId}`)),
      presence: async (available) => void session.seen.push(available ? "online" : "offline"),
      answers: () => script.answers?.() ?? Promise.resolve(true),
      saveContact: async ({ phone, name }) => {
        await script.saveContact?.(phone, name);
        return `record of ${phone}`;
      },
      restrictions: async () => ({ lock: null, cap: null }),
      async logout() {
        await script.logout?.();
        session.loggedOut = true;
        session.close();
      },
      adopt: async () => undefined,
      close() {
        session.isClosed = true;
      },
    };
    sessions.push(session);
    return session;
  };
  return {
    openSession,
    sessions,
    /** The session opened last. */
    get latest(): ScriptedSession {
      const session = sessions.at(-1);
      if (!session) throw new Error("No session was opened");
      return session;
    },
  };
}
