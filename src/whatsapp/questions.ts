/** What a session asks WhatsApp on behalf of others; see `WhatsAppSession` for what each promises. */
import type { WASocket } from "./baileys.ts";
import { jidNormalizedUser } from "./baileys.ts";
import { lidOf, phoneJid } from "./identity.ts";
import { type MediaHosts, mediaConnection } from "./media-connection.ts";
import { capOf, lockOf } from "./restrictions.ts";
import type { Restrictions } from "./session.ts";
import { RequestRefusedError, SessionClosedError } from "./session.ts";

/** Milliseconds to wait for where somebody's picture is. */
const PICTURE_TIMEOUT_MS = 10_000;

type Guarded = <T>(call: () => Promise<T>) => Promise<T>;

interface QuestionsDeps {
  socket: WASocket;
  /** Turns a lost connection into SessionClosedError. */
  guarded: Guarded;
  /** … and a question that was refused, or not answered, into RequestRefusedError. */
  asked: Guarded;
  now: () => number;
}

export class Questions {
  readonly #deps: QuestionsDeps;
  readonly #mediaConnection: () => Promise<MediaHosts>;

  constructor(deps: QuestionsDeps) {
    this.#deps = deps;
    this.#mediaConnection = mediaConnection((iq) => deps.socket.query(iq), deps.now);
  }

  async lookUp(phone: string): Promise<string | null> {
    const found = await this.#deps.asked(() => this.#deps.socket.onWhatsApp(phoneJid(phone)));
    // A query that timed out may resolve without an answer.
    if (!found) throw new RequestRefusedError(null);
    const first = found.find((entry) => entry.exists);
    return first ? jidNormalizedUser(first.jid) : null;
  }

  async mediaHosts(): Promise<{ hosts: string[]; auth: string }> {
    const { hosts, auth } = await this.#deps.asked(this.#mediaConnection);
    return { hosts, auth };
  }

  async describe(phone: string): Promise<{ lid: string | null; pictureUrl: string | null }> {
    const jid = phoneJid(phone);
    const lid = await this.lidOf(phone);
    // Answered with an error when there is no picture, or none for us.
    const picture = this.#deps.guarded(() => this.#deps.socket.profilePictureUrl(jid, "preview", PICTURE_TIMEOUT_MS));
    const pictureUrl = await picture.catch((error: unknown) => {
      if (error instanceof SessionClosedError) throw error;
      return undefined;
    });
    return { lid, pictureUrl: pictureUrl ?? null };
  }

  async restrictions(): Promise<Restrictions> {
    const lock = await this.#deps.guarded(() => this.#deps.socket.fetchAccountReachoutTimelock());
    // Accounts without the quota are answered with an error.
    const cap = await this.#deps
      .guarded(() => this.#deps.socket.fetchNewChatMessageCap())
      .catch((error: unknown) => {
        if (error instanceof SessionClosedError) throw error;
        return null;
      });
    return { lock: lockOf(lock), cap: capOf(cap) };
  }

  async lidOf(phone: string): Promise<string | null> {
    const { lidMapping } = this.#deps.socket.signalRepository;
    return lidOf(await this.#deps.guarded(() => lidMapping.getLIDForPN(phoneJid(phone))));
  }
}
