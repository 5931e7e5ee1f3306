/** One client's socket: handshake, encrypted frames strictly in order, and the ways a connection can end. */
import { randomBytes } from "node:crypto";
import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from "@whiskeysockets/baileys";
import type { WebSocket } from "ws";
import type { Certificates } from "./certificates.ts";
import type { Companion, Registration } from "./companion.ts";
import { FrameReader, frame } from "./frames.ts";
import { type ClientFinish, NoiseResponder, type Transport } from "./noise.ts";

/** WebSocket close code of an orderly end. */
const NORMAL_CLOSURE = 1000;

const GARBAGE_BYTES = 60;
/** Uncompressed, a list of one entry, and a token from a dictionary that does not exist. */
const NO_STANZA = Buffer.from([0, 248, 1, 245]);

/** What a connection reports. The first two are awaited, so the next frame waits for them. */
export interface ConnectionEvents {
  handshaken(connection: Connection, finish: ClientFinish): Promise<void> | void;
  stanza(connection: Connection, node: BinaryNode): Promise<void> | void;
  /** A stanza leaves for the client. */
  sends(connection: Connection, node: BinaryNode): void;
  closed(connection: Connection): void;
  /** A frame that could not be read or a handler that threw; the connection is ended after it. */
  failed(connection: Connection, error: unknown): void;
}

type Reply = { resolve: (node: BinaryNode) => void; reject: (error: Error) => void };

export class Connection {
  /** The linked device that logged in here. */
  companion: Companion | undefined;
  /** The keys of a device that is not linked yet. */
  registration: Registration | undefined;
  /** The references the QR codes of this connection are made of. */
  readonly pairingRefs: string[] = [];
  /** A silent server: nothing goes out any more and nothing that comes in is looked at. */
  silent = false;
  /** A deaf server: it answers pings, and nothing else passes in either direction. */
  deaf = false;
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #events: ConnectionEvents;
  readonly #frames = new FrameReader();
  readonly #noise: NoiseResponder;
  readonly #replies = new Map<string, Reply>();
  #handshake: "hello" | "finish" | "done" = "hello";
  #transport: Transport | undefined;
  #work: Promise<void> = Promise.resolve();
  #sent = 0;

  constructor(socket: WebSocket, certificates: Certificates, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#noise = new NoiseResponder(certificates);
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        for (const reply of this.#replies.values()) reply.reject(new Error("the client closed the connection"));
        this.#replies.clear();
        events.closed(this);
        resolve();
      });
    });
    socket.on("error", () => socket.terminate());
    socket.on("message", (data: Buffer) => this.#receive(data));
  }

  /** Routing bytes the client introduced itself with. */
  get routingInfo(): Buffer | undefined {
    return this.#frames.routingInfo;
  }

  /** Sends a stanza over the wire of the account that is logged in here, with its faults. @param onSent told each time it leaves */
  send(node: BinaryNode, onSent: () => void = () => {}): void {
    const write = (each: BinaryNode): void => {
      if (this.#write(each)) onSent();
    };
    const wire = this.companion?.account.wire;
    if (wire) wire.carry(node, write);
    else write(node);
  }

  /** Encodes, encrypts and sends in one synchronous step: the order of the cipher's counter is the order on the wire. */
  #write(node: BinaryNode): boolean {
    if (this.deaf && (node.tag !== "iq" || node.attrs.type !== "result")) return false;
    if (this.silent || !this.#transport || this.#socket.readyState !== this.#socket.OPEN) return false;
    this.#events.sends(this, node);
    this.#socket.send(frame(this.#transport.encrypt(encodeBinaryNode(node))));
    return true;
  }

  /** Sends a frame that nobody can decrypt, or one that decrypts to something that is no stanza. */
  sendGarbage(what: "frame" | "stanza"): void {
    if (!this.#transport || this.#socket.readyState !== this.#socket.OPEN) return;
    const bytes = randomBytes(GARBAGE_BYTES);
    // Its first byte says that nothing is compressed; what follows names a token that does not exist.
    this.#socket.send(frame(what === "frame" ? bytes : this.#transport.encrypt(Buffer.concat([NO_STANZA, bytes]))));
  }

  /** Sends an iq and waits for the client's answer; rejects when the connection closes first. Never await it in a handler. */
  request(node: BinaryNode): Promise<BinaryNode> {
    const id = node.attrs.id ?? `sim-${++this.#sent}`;
    const reply = new Promise<BinaryNode>((resolve, reject) => this.#replies.set(id, { resolve, reject }));
    this.send({ ...node, attrs: { ...node.attrs, id } });
    return reply;
  }

  /** Gives the client's answer to whoever asked; false when nobody did. */
  settle(node: BinaryNode): boolean {
    const id = node.attrs.id ?? "";
    const reply = this.#replies.get(id);
    this.#replies.delete(id);
    reply?.resolve(node);
    return reply !== undefined;
  }

  /** Says a last word, then closes in good order. */
  end(lastWord?: BinaryNode): void {
    if (lastWord) this.send(lastWord);
    this.#socket.close(NORMAL_CLOSURE);
  }

  /** Cuts the TCP connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  #receive(data: Buffer): void {
    let frames: Buffer[];
    try {
      frames = this.#frames.push(data);
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const payload of frames) {
      this.#work = this.#work.then(() => this.#handle(payload)).catch((error: unknown) => this.#fail(error));
    }
  }

  async #handle(payload: Buffer): Promise<void> {
    if (this.#handshake === "hello") {
      this.#handshake = "finish";
      this.#socket.send(frame(this.#noise.hello(payload)));
    } else if (this.#handshake === "finish") {
      const finish = this.#noise.finish(payload);
      this.#transport = this.#noise.transport();
      this.#handshake = "done";
      await this.#events.handshaken(this, finish);
    } else if (this.#transport) {
      const node = await decodeBinaryNode(this.#transport.decrypt(payload));
      if (this.deaf && node.attrs.xmlns !== "w:p") return;
      if (!this.silent) await this.#events.stanza(this, node);
    }
  }

  #fail(error: unknown): void {
    this.#events.failed(this, error);
    this.#socket.terminate();
  }

  /** Whose connection this is, for logs and records. */
  get owner(): string {
    if (this.companion) return `${this.companion.account.phone}:${this.companion.device}`;
    return this.registration ? "a device that is not linked" : "a stranger";
  }
}
