/** An unmodified Baileys client for the simulator's tests, with the domain's verbs and no sleeps. */
import {
  type AuthenticationCreds,
  type AuthenticationState,
  type BaileysEventMap,
  Curve,
  DisconnectReason,
  initAuthCreds,
  makeWASocket,
  type proto,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WASocket,
} from "@whiskeysockets/baileys";
import { silentLogger } from "../../simulator/signal-device.ts";
import { Waits } from "../../simulator/waits.ts";
import { verifySignature } from "../../simulator/xeddsa.ts";

/** How long a step of a test may take: pairing generates 812 keys, on a machine that may be busy. */
export const STEP_MS = 15_000;

type EventName = keyof BaileysEventMap;

export interface SeenEvent<Name extends EventName = EventName> {
  name: Name;
  data: BaileysEventMap[Name];
}

/** Makes the client check signatures for real, and trust this root: rc14 itself accepts any well-formed one. */
export function trust(rootKey: string): void {
  Curve.verify = verifySignature;
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, "hex");
}

export class BaileysClient {
  readonly creds: AuthenticationCreds;
  readonly events: SeenEvent[] = [];
  readonly #url: string;
  readonly #config: Partial<UserFacingSocketConfig>;
  readonly #keys = memoryKeys();
  readonly #auth: AuthenticationState;
  readonly #saveCreds: () => Promise<void>;
  readonly #sent = new Map<string, proto.IMessage>();
  readonly #waits = new Waits();
  #socket: WASocket | undefined;
  #autoReconnect = true;

  /** @param stored `auth` in the configuration is kept elsewhere, and this writes its credentials */
  constructor(
    url: string,
    { auth, ...config }: Partial<UserFacingSocketConfig> = {},
    { saveCreds = async () => {} }: { saveCreds?: () => Promise<void> } = {},
  ) {
    this.#url = url;
    this.#config = config;
    this.#auth = auth ?? { creds: initAuthCreds(), keys: this.#keys };
    this.creds = this.#auth.creds;
    this.#saveCreds = saveCreds;
  }

  get socket(): WASocket {
    if (!this.#socket) throw new Error("the client has not connected yet");
    return this.#socket;
  }

  /** Device number the client was linked under. */
  get jid(): string {
    return this.creds.me?.id ?? "";
  }

  /** Opens a new socket on the same credentials; events of earlier sockets stay in the list. */
  connect(): this {
    const socket = makeWASocket({
      waWebSocketUrl: this.#url,
      auth: this.#auth,
      logger: silentLogger,
      version: [2, 3000, 1_043_857_760],
      retryRequestDelayMs: 1,
      getMessage: async ({ id }) => this.#sent.get(id ?? ""),
      ...this.#config,
    });
    this.#socket = socket;
    socket.ev.process((events) => {
      if (events["creds.update"]) {
        Object.assign(this.creds, events["creds.update"]);
        void this.#saveCreds();
      }
      for (const name of Object.keys(events) as EventName[]) {
        const data = events[name];
        if (data !== undefined) this.events.push({ name, data });
      }
      this.#waits.changed();
      // Linking always ends with 515, and the client is expected to come back at once.
      const error = events["connection.update"]?.lastDisconnect?.error;
      if (this.#autoReconnect && statusOf(error) === DisconnectReason.restartRequired) this.connect();
    });
    return this;
  }

  /** Shows the QR text of a device that is not linked. */
  qr(): Promise<string> {
    return this.find("connection.update", ({ qr }) => qr, { what: "a QR code" });
  }

  /** Waits for `connection: "open"` after event number `since`. */
  async open(since = 0): Promise<this> {
    await this.find("connection.update", ({ connection }) => connection === "open" || undefined, {
      what: "open",
      since,
    });
    return this;
  }

  /** The status code the connection closed with. */
  closed(since = 0): Promise<number> {
    return this.find(
      "connection.update",
      (update) => (update.connection === "close" ? statusOf(update.lastDisconnect?.error) : undefined),
      {
        what: "close",
        since,
      },
    );
  }

  /** The message of the error the connection closed with. */
  closeReason(since = 0): Promise<string> {
    return this.find("connection.update", ({ lastDisconnect }) => lastDisconnect?.error?.message, {
      what: "close",
      since,
    });
  }

  /** A message event (`messages.upsert`) that passes, with its type (notify or append). */
  message(accept: (message: WAMessage) => boolean, since = 0): Promise<{ message: WAMessage; type: string }> {
    return this.find(
      "messages.upsert",
      ({ messages, type }) => {
        const message = messages.find(accept);
        return message && { message, type };
      },
      { what: "a message", since },
    );
  }

  text(text: string, since = 0): Promise<{ message: WAMessage; type: string }> {
    return this.message((message) => textOf(message) === text, since);
  }

  /** The texts received so far, in order. */
  texts(): string[] {
    return this.events.flatMap((event) => (isEvent(event, "messages.upsert") ? event.data.messages.map(textOf) : []));
  }

  /** Waits until a sent message has reached a status, which may come as an update or within the first event. */
  async status(id: string, status: number): Promise<void> {
    await this.until(
      () => Math.max(-1, ...this.statuses(id)) >= status || undefined,
      `status ${status} of ${id}`,
      () => this.statuses(id).join(),
    );
  }

  statuses(id: string): number[] {
    return this.changes(id).flatMap(({ status }) => status ?? []);
  }

  /** The reasons the server refused a sent message with. */
  refusal(id: string): Promise<string[]> {
    return this.until(
      () => this.changes(id).find(({ status }) => status === 0)?.messageStubParameters ?? undefined,
      `refusal of ${id}`,
      () => this.statuses(id).join(),
    );
  }

  /** What was said about a message, as an update or, when it came quickly, within the message's first event. */
  changes(id: string): Partial<WAMessage>[] {
    return this.events.flatMap((event): Partial<WAMessage>[] => {
      if (isEvent(event, "messages.update")) {
        return event.data.filter(({ key }) => key.id === id).map(({ update }) => update);
      }
      return isEvent(event, "messages.upsert") ? event.data.messages.filter(({ key }) => key.id === id) : [];
    });
  }

  /** The first event of a kind for which `pick` gives something. */
  find<Name extends EventName, T>(
    name: Name,
    pick: (data: BaileysEventMap[Name]) => T | undefined,
    { what, since = 0 }: { what: string; since?: number },
  ): Promise<T> {
    const look = () => {
      for (const event of this.events.slice(since)) {
        const picked = isEvent(event, name) ? pick(event.data) : undefined;
        if (picked !== undefined) return picked;
      }
      return undefined;
    };
    return this.until(look, `${what} (${name})`, () =>
      this.events
        .slice(since)
        .map((event) => event.name)
        .join(", "),
    );
  }

  until<T>(check: () => T | undefined, what: string, seen: () => string): Promise<T> {
    return this.#waits.until(check, { what: `client ${this.jid}: ${what}`, seen, timeoutMs: STEP_MS });
  }

  /** Number of events so far, to look only at later ones. */
  mark(): number {
    return this.events.length;
  }

  /** Sends a text; gives the message id. */
  async sends(jid: string, text: string): Promise<string> {
    const sent = await this.socket.sendMessage(jid, { text });
    const id = sent?.key.id ?? "";
    if (sent?.message) this.#sent.set(id, sent.message);
    return id;
  }

  /** Loses every Signal session, as a client restored from an old backup does. */
  forgetsSessions(): void {
    this.#keys.forget("session");
  }

  async stop(): Promise<void> {
    this.#autoReconnect = false;
    await this.#socket?.end(undefined);
  }
}

export function textOf({ message }: WAMessage): string {
  return message?.conversation || message?.extendedTextMessage?.text || "";
}

function isEvent<Name extends EventName>(event: SeenEvent, name: Name): event is SeenEvent<Name> {
  return event.name === name;
}

function statusOf(error: unknown): number | undefined {
  const output = error instanceof Error && "output" in error ? error.output : undefined;
  return typeof output === "object" && output !== null && "statusCode" in output
    ? Number(output.statusCode)
    : undefined;
}

function memoryKeys(): SignalKeyStore & { forget(kind: string): void } {
  const values = new Map<string, unknown>();
  return {
    forget: (kind) => {
      for (const key of [...values.keys()]) if (key.startsWith(`${kind} `)) values.delete(key);
    },
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
      const found: { [id: string]: SignalDataTypeMap[T] } = {};
      for (const id of ids) {
        const value = values.get(`${type} ${id}`);
        if (value !== undefined && value !== null) found[id] = value as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data) => {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries)) values.set(`${type} ${id}`, value);
      }
    },
  };
}
