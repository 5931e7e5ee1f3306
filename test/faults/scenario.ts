/**
 * One run of the fault harness: the real runtime as a process on a state folder, messages both ways, and faults in
 * between, chosen by a seed. It ends when everything has arrived or when patience ends, and tells what it counted.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayProcess, startGateway } from "../../scripts/support/gateway-process.ts";
import { type Contact, type Phone, type SimulatorServer, startSimulator } from "../../simulator/index.ts";
import { Api } from "../e2e/support/api.ts";
import { GatewayNumber } from "../e2e/support/number.ts";
import { WebhookReceiver } from "../e2e/support/webhook-receiver.ts";
import { pick, seededRandom } from "./random.ts";

export interface ScenarioOptions {
  seed: number;
  /** Messages in each direction. */
  messages: number;
  /** SIGKILLs of the runtime. */
  kills: number;
  /** What `buildGateway` gave. */
  bundle: string;
}

export interface ScenarioResult {
  seed: number;
  seconds: number;
  kills: number;
  otherFaults: number;
  inboundSaid: number;
  /** In `GET …/messages`, once each. */
  inboundStored: number;
  /** At the webhook, at least once each. */
  inboundDelivered: number;
  /** Deliveries beyond the first of an event: allowed, at least once is the promise. */
  deliveredAgain: number;
  outboundAsked: number;
  outboundReceived: number;
  /** Texts that reached the contact under more than one message id. */
  outboundShownTwice: number;
  /** Texts of one chat that arrived out of order. */
  outOfOrder: number;
  neededNewLink: boolean;
  violations: number;
}

/** The whole run, and the pause between tries while the runtime is down. */
const PATIENCE_MS = 240_000;
const TRY_AGAIN_MS = 150;
/** A heartbeat (30 s) and one backoff. */
const RECONNECT_PATIENCE_MS = 60_000;
const CONTACTS = 4;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const scenario = await Scenario.start(options);
  try {
    return await scenario.run();
  } finally {
    await scenario.stop();
  }
}

class Scenario {
  readonly #options: ScenarioOptions;
  readonly #random: () => number;
  readonly #whatsApp: SimulatorServer;
  readonly #hook: WebhookReceiver;
  readonly #folder: string;
  readonly #api = new Api(() => this.#gateway?.url ?? "http://127.0.0.1:9");
  readonly #startedAt = Date.now();
  #gateway: GatewayProcess | null = null;
  #otherFaults = 0;
  #finished = false;

  private constructor(options: ScenarioOptions, whatsApp: SimulatorServer, hook: WebhookReceiver, folder: string) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#whatsApp = whatsApp;
    this.#hook = hook;
    this.#folder = folder;
  }

  static async start(options: ScenarioOptions): Promise<Scenario> {
    const folder = await mkdtemp(join(tmpdir(), "wasup-faults-"));
    return new Scenario(options, await startSimulator(), await WebhookReceiver.start(), folder);
  }

  async stop(): Promise<void> {
    this.#finished = true;
    await this.#gateway?.stop();
    await this.#hook.stop();
    await this.#whatsApp.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async run(): Promise<ScenarioResult> {
    await this.#startGateway();
    const phone = this.#whatsApp.phone();
    const contacts = Array.from({ length: CONTACTS }, () => this.#whatsApp.contact());
    const number = await GatewayNumber.create(this.#api, "faults", this.#hook.url);
    await number.isLinkedBy(phone);
    this.#hook.answer = () => (this.#random() < 0.1 ? { status: 500 } : {});

    const inbound = this.#texts("in");
    const outbound = this.#texts("out");
    const traffic = Promise.all([
      ...contacts.map((contact, index) => this.#speak(contact, phone, mine(inbound, index))),
      ...contacts.map((contact, index) => this.#send(number, contact, mine(outbound, index))),
    ]);
    await Promise.all([traffic, this.#makeTrouble(phone)]);
    this.#hook.answer = {};
    await this.#arrived(number, contacts, inbound, outbound);
    return this.#count(number, contacts, inbound, outbound);
  }

  #texts(direction: string): string[] {
    return Array.from({ length: this.#options.messages }, (_, index) => `${direction} ${index}`);
  }

  get #outOfPatience(): boolean {
    return this.#finished || Date.now() - this.#startedAt > PATIENCE_MS;
  }

  async #startGateway(): Promise<void> {
    this.#gateway = await startGateway({
      bundle: this.#options.bundle,
      stateDir: join(this.#folder, "state"),
      settings: { WHATSAPP_URL: this.#whatsApp.whatsappUrl, WHATSAPP_ROOT_KEY: this.#whatsApp.rootKey },
    });
  }

  async #speak(contact: Contact, phone: Phone, texts: string[]): Promise<void> {
    for (const text of texts) {
      await contact.says(text, { to: phone });
      await pause(this.#random() * 120);
    }
  }

  /** Sends as a careful program does: the same call with the same key until it is answered. */
  async #send(number: GatewayNumber, contact: Contact, texts: string[]): Promise<void> {
    for (const text of texts) {
      while (!this.#outOfPatience) {
        if (await this.#tryToSend(number, contact.phone, text)) break;
        await pause(TRY_AGAIN_MS);
      }
      await pause(this.#random() * 120);
    }
  }

  /** @returns false when it is to be tried again; @throws when the call is wrong and never will be right */
  async #tryToSend(number: GatewayNumber, to: string, message: string): Promise<boolean> {
    const headers = { "Idempotency-Key": `faults-${this.#options.seed}-${message.replace(" ", "-")}` };
    const answer = await this.#api.call("POST", `${number.path}/send`, { to, message }, headers).catch(() => null);
    // No answer: the runtime is down, or went down in the middle.
    if (answer === null || answer.status === 409 || answer.status >= 500) return false;
    if (answer.status === 200) return true;
    throw new Error(`POST send: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** The faults, spread over the traffic; each but the last SIGKILL leaves time to come back. */
  async #makeTrouble(phone: Phone): Promise<void> {
    for (let kill = 0; kill < this.#options.kills; kill++) {
      for (let other = 0; other < 2; other++) {
        await pause(200 + this.#random() * 1_500);
        await this.#disturb(phone);
      }
      await pause(200 + this.#random() * 1_500);
      await this.#gateway?.kill();
      this.#gateway = null;
      await this.#startGateway();
    }
  }

  /** Breaks the connection there is; between two breaks the number has to come back by itself. */
  async #disturb(phone: Phone): Promise<void> {
    await phone.online({ timeoutMs: RECONNECT_PATIENCE_MS });
    this.#otherFaults += 1;
    const fault = pick(this.#random, ["drop", "503", "515", "end"] as const);
    if (fault === "drop") await this.#whatsApp.drops(phone);
    if (fault === "503") await this.#whatsApp.endsStream(phone, 503);
    if (fault === "515") await this.#whatsApp.endsStream(phone, 515);
    if (fault === "end") await this.#whatsApp.endsStream(phone, "xmlstreamend");
  }

  /** Waits until nothing is missing, or until patience ends: then the counts show what is. */
  async #arrived(number: GatewayNumber, contacts: Contact[], inbound: string[], outbound: string[]): Promise<void> {
    while (!this.#outOfPatience) {
      const { inboundStored, inboundDelivered, outboundReceived } = await this.#count(
        number,
        contacts,
        inbound,
        outbound,
      );
      if (
        inboundStored === inbound.length &&
        inboundDelivered === inbound.length &&
        outboundReceived === outbound.length
      )
        return;
      await pause(500);
    }
  }

  async #count(
    number: GatewayNumber,
    contacts: Contact[],
    inbound: string[],
    outbound: string[],
  ): Promise<ScenarioResult> {
    const stored = await this.#storedInbound(number);
    const deliveries = this.#hook.deliveries.map(({ body }) => body);
    const delivered = new Set(deliveries.map(({ message }) => String(message)));
    const received = contacts.flatMap(({ inbox }) => inbox);
    const idsOf = new Map<string, Set<string>>();
    for (const { id, text } of received) idsOf.set(text, (idsOf.get(text) ?? new Set()).add(id));
    const { linked } = await number.describes();
    return {
      seed: this.#options.seed,
      seconds: Math.round((Date.now() - this.#startedAt) / 1_000),
      kills: this.#options.kills,
      otherFaults: this.#otherFaults,
      inboundSaid: inbound.length,
      inboundStored: inbound.filter((text) => stored.filter((other) => other === text).length === 1).length,
      inboundDelivered: inbound.filter((text) => delivered.has(text)).length,
      deliveredAgain: deliveries.length - new Set(deliveries.map(({ event_id }) => event_id)).size,
      outboundAsked: outbound.length,
      outboundReceived: outbound.filter((text) => idsOf.has(text)).length,
      outboundShownTwice: [...idsOf.values()].filter((ids) => ids.size > 1).length,
      outOfOrder: contacts.reduce((sum, contact, index) => sum + disorder(contact, mine(outbound, index)), 0),
      neededNewLink: !linked,
      violations: this.#whatsApp.violations.length,
    };
  }

  async #storedInbound(number: GatewayNumber): Promise<string[]> {
    const texts: string[] = [];
    let cursor = "";
    for (;;) {
      const page = await this.#api.ok<{ messages: { text: string }[]; next: string | null }>(
        "GET",
        `${number.path}/messages?direction=inbound&limit=200${cursor}`,
      );
      texts.push(...page.messages.map(({ text }) => text));
      if (page.next === null) return texts;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }
}

/** The share of one contact. */
function mine(texts: readonly string[], index: number): string[] {
  return texts.filter((_, position) => position % CONTACTS === index);
}

/** How many texts came after one that was sent later; repetitions of the same id do not count. */
function disorder(contact: Contact, sent: readonly string[]): number {
  const first = [...new Set(contact.inbox.map(({ text }) => text))]
    .map((text) => sent.indexOf(text))
    .filter((at) => at >= 0);
  return first.filter((at, position) => position > 0 && at < (first[position - 1] ?? 0)).length;
}
