/** A number of the gateway, driven over HTTP only, with the words of those who use it. */

import { readQr } from "../../../scripts/support/read-qr.ts";
import type { Phone } from "../../../simulator/index.ts";
import type { Api } from "./api.ts";
import { eventually } from "./eventually.ts";

/** The parts of `GET …/connection` the tests look at. */
interface ConnectionAnswer {
  status: "disconnected" | "connecting" | "connected";
  phone: string | null;
  qrCode: string | null;
  pairingCode: string | null;
}

export interface MessageAnswer {
  id: string;
  direction: "inbound" | "outbound";
  from: string | null;
  to: string | null;
  text: string;
  status: string;
  source: string | null;
}

export interface InstanceAnswer {
  id: string;
  status: string;
  linked: boolean;
  connectedPhone: string | null;
  lastDisconnect: { reason: string; code: number | null; message: string; nextAction: string } | null;
}

const UNPACED = {
  behaviorSettings: { typingSimulation: false, delayEnabled: false },
  antiBanSettings: {
    messagesPerHour: 10_000,
    messagesPerDay: 10_000,
    uniqueChatsPerHour: 1_000,
    uniqueChatsPerDay: 1_000,
  },
};

export class GatewayNumber {
  readonly id: string;
  readonly #api: Api;

  constructor(api: Api, id: string) {
    this.#api = api;
    this.id = id;
  }

  get path(): string {
    return `/api/instances/${this.id}`;
  }

  /**
   * @param settings left out: without pauses, typing and limits, so that a test of something else sends as fast as it
   * can; `{}` gives what a new instance has by itself
   */
  static async create(api: Api, id: string, webhookUrl?: string, settings?: object): Promise<GatewayNumber> {
    const number = new GatewayNumber(api, id);
    await api.created("/api/instances", {
      id,
      name: `Number ${id}`,
      ...(webhookUrl ? { webhookUrl } : {}),
      ...(settings ?? UNPACED),
    });
    if (settings === undefined) await api.ok("PUT", `${number.path}/antiban-v2/config`, { enabled: false });
    return number;
  }

  /** Links this number with the phone by its QR and waits until both sides are online. */
  async isLinkedBy(phone: Phone): Promise<void> {
    await this.#api.ok("POST", `${this.path}/connect`);
    await phone.scans(await this.qrText());
    await this.isConnected();
    await phone.online();
  }

  /** What a camera reads from the QR picture. */
  async qrText(): Promise<string> {
    const { qrCode } = await this.#connection((answer) => answer.qrCode !== null, "a QR is shown");
    return readQr(qrCode ?? "");
  }

  async connects(): Promise<void> {
    await this.#api.ok("POST", `${this.path}/connect`);
  }

  async isConnected(timeoutMs = 60_000): Promise<ConnectionAnswer> {
    return this.#connection(({ status }) => status === "connected", "connected", timeoutMs);
  }

  async isDisconnected(timeoutMs = 60_000): Promise<ConnectionAnswer> {
    return this.#connection(({ status }) => status === "disconnected", "disconnected", timeoutMs);
  }

  /** A connection made after `since`, so that one that is about to break does not count. */
  async isConnectedSince(since: string, timeoutMs = 60_000): Promise<void> {
    await eventually(
      () => this.#api.ok<{ instance: { connectedAt: string | null } }>("GET", this.path),
      ({ instance }) => instance.connectedAt !== null && instance.connectedAt > since,
      `${this.id} is connected anew`,
      timeoutMs,
    );
  }

  async describes(): Promise<InstanceAnswer & { connectedAt: string | null }> {
    const { instance } = await this.#api.ok<{ instance: InstanceAnswer & { connectedAt: string | null } }>(
      "GET",
      this.path,
    );
    return instance;
  }

  async sends(to: string, message: string): Promise<{ messageId: string; status: string; success: boolean }> {
    return this.#api.ok("POST", `${this.path}/send`, { to, message });
  }

  /** All messages, oldest first. */
  async messages(query = ""): Promise<MessageAnswer[]> {
    const { messages } = await this.#api.ok<{ messages: MessageAnswer[] }>(
      "GET",
      `${this.path}/messages?limit=200${query}`,
    );
    return messages.toReversed();
  }

  async messageReaches(messageId: string, status: string, timeoutMs = 60_000): Promise<MessageAnswer> {
    const messages = await eventually(
      () => this.messages(),
      (all) => all.some((message) => message.id === messageId && message.status === status),
      `message ${messageId} is ${status}`,
      timeoutMs,
    );
    return messages.find(({ id }) => id === messageId) as MessageAnswer;
  }

  async logs(): Promise<string[]> {
    const { logs } = await this.#api.ok<{ logs: { message: string }[] }>("GET", `${this.path}/logs?limit=200`);
    return logs.map(({ message }) => message);
  }

  async #connection(
    fits: (answer: ConnectionAnswer) => boolean,
    what: string,
    timeoutMs = 60_000,
  ): Promise<ConnectionAnswer> {
    const read = () => this.#api.ok<ConnectionAnswer>("GET", `${this.path}/connection`);
    return eventually(read, fits, `${this.id}: ${what}`, timeoutMs);
  }
}
