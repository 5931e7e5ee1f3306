/** One simulator per test, with the clients of the test; every test ends with no violation and nothing unhandled. */
import type { UserFacingSocketConfig } from "@whiskeysockets/baileys";
import { afterEach, beforeEach, expect } from "vitest";
import {
  type Phone,
  type PhoneOptions,
  type SimulatorServer,
  startSimulator,
  type Violation,
} from "../../simulator/index.ts";
import { BaileysClient, trust } from "./baileys-client.ts";

export interface Linked {
  phone: Phone;
  client: BaileysClient;
}

export class Lab {
  /** Every stanza so far, a line each. */
  readonly trace: string[] = [];
  #server: SimulatorServer | undefined;
  #clients: BaileysClient[] = [];
  #expectedViolations: Partial<Violation>[] = [];
  #expectedUnhandled: string[] = [];

  get server(): SimulatorServer {
    if (!this.#server) throw new Error("the simulator runs only within a test");
    return this.#server;
  }

  /** A client that has started to connect. */
  client(config: Partial<UserFacingSocketConfig> = {}): BaileysClient {
    const client = new BaileysClient(this.server.whatsappUrl, config);
    this.#clients.push(client);
    return client.connect();
  }

  /** A number whose client is linked by QR code and open. */
  async linked(options: PhoneOptions = {}, config: Partial<UserFacingSocketConfig> = {}): Promise<Linked> {
    const phone = this.server.phone({ businessName: "Clinic", ...options });
    return { phone, client: await this.companion(phone, config) };
  }

  /** One more client of the same number, linked, open and synchronised. */
  async companion(phone: Phone, config: Partial<UserFacingSocketConfig> = {}): Promise<BaileysClient> {
    const client = this.client(config);
    const { deviceId } = await phone.scans(await client.qr());
    await phone.online({ deviceId });
    await client.open();
    // Cut off before this, a client waits 20 s for its history at the next login.
    await client.find("creds.update", ({ accountSyncCounter }) => accountSyncCounter || undefined, {
      what: "the first sync",
    });
    return client;
  }

  /** Cuts a number's client off, and waits until both sides know. */
  async cutOff({ phone, client }: Linked): Promise<void> {
    const since = client.mark();
    await this.server.drops(phone);
    await client.closed(since);
    await phone.offline();
  }

  /** The test provokes these on purpose. */
  expectViolations(...violations: Partial<Violation>[]): void {
    this.#expectedViolations = violations;
  }

  /** The test sends stanzas with these words on purpose. */
  expectUnhandled(...words: string[]): void {
    this.#expectedUnhandled = words;
  }

  async start(): Promise<void> {
    this.trace.length = 0;
    this.#server = await startSimulator({ trace: (line) => this.trace.push(line) });
    this.#clients = [];
    this.#expectedViolations = [];
    this.#expectedUnhandled = [];
    trust(this.#server.rootKey);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) await client.stop();
    await this.server.stop();
    expect(this.server.violations).toEqual(
      this.#expectedViolations.map((violation) => expect.objectContaining(violation)),
    );
    expect(this.server.unhandled.map(({ stanza }) => stanza)).toEqual(
      this.#expectedUnhandled.map((word) => expect.stringContaining(word)),
    );
  }
}

/** Registers the hooks in the calling file. */
export function useLab(): Lab {
  const lab = new Lab();
  beforeEach(() => lab.start());
  afterEach(() => lab.stop());
  return lab;
}
