/**
 * One run of the fault harness: the real runtime as a process on a state folder, messages both ways, and faults in
 * between, chosen by a seed. It ends when everything has arrived or when patience ends, and tells what is wrong.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Contact, type Phone, type SimulatorServer, startSimulator } from "../../simulator/index.ts";
import { Api } from "../e2e/support/api.ts";
import { FaultyReceiver } from "../e2e/support/faulty-receiver.ts";
import { GatewayNumber } from "../e2e/support/number.ts";
import { reachCrashPoint } from "./crash-points.ts";
import { pick, stream } from "./random.ts";
import { Runtime } from "./runtime.ts";
import { type Chat, chatIn, chatWith, type Planned, plan, replyTo, says, sends } from "./traffic.ts";
import { BREAKS, NEEDS_CONNECTION, SILENCE, TROUBLES, unreliable } from "./trouble.ts";
import { isSettled, judge, losses } from "./verdict.ts";

export interface ScenarioOptions {
  seed: number;
  /** Messages in each direction. */
  messages: number;
  /** SIGKILLs of the runtime. */
  kills: number;
  /** What `buildGateway` gave. */
  bundle: string;
  /** Keeps the state folder, the runtime's log and all stanzas of a run that lost something. */
  keep?: boolean;
  /** Told of each fault as it happens. */
  onFault?: (what: string) => void;
}

export interface ScenarioResult {
  seed: number;
  seconds: number;
  /** Where the runtime was killed, and what else happened, in order. */
  kills: string[];
  faults: string[];
  /** Deliveries beyond the first that was taken: allowed, at least once is the promise. */
  deliveredAgain: number;
  /** What must not happen; a sound run has none. */
  losses: string[];
  /** Where the state and the log were kept; null when they were not. */
  kept: string | null;
}

/** For the whole run; what is missing then is lost. */
const PATIENCE_MS = 420_000;
/**
 * A heartbeat (30 s), and the waits after two logins that failed in a row when as many had failed before as count after a
 * connection that broke (32 and 64 s at most): the faults may come in that order.
 */
const RECONNECT_PATIENCE_MS = 150_000;
const CONTACTS = 6;
/** So many of them are in a group with the number. */
const MEMBERS = 3;
/**
 * Over how long the traffic is spread, for each kill, so that all faults meet some, milliseconds. Who sends has to wait
 * whenever the number is away, who writes to it has not.
 */
const SENDING_MS_PER_KILL = 5_000;
const WRITING_MS_PER_KILL = 12_000;
/** 5 s between two attempts become 100 ms. */
const SETTINGS = { WEBHOOK_RETRY_SCALE: "0.02" };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const stanzas: string[] = [];
  const trace = options.keep ? (line: string) => void stanzas.push(line) : undefined;
  const whatsApp = await startSimulator({ log: options.onFault, trace });
  const receiver = await FaultyReceiver.start();
  const runtime = await Runtime.start(options.bundle, {
    ...SETTINGS,
    WHATSAPP_URL: whatsApp.whatsappUrl,
    WHATSAPP_ROOT_KEY: whatsApp.rootKey,
    WHATSAPP_MEDIA_ORIGIN: whatsApp.mediaOrigin,
  });
  const scenario = new Scenario(options, whatsApp, receiver, runtime);
  let isKept = options.keep ?? false;
  try {
    const result = await scenario.run();
    isKept &&= result.losses.length > 0;
    return { ...result, kept: isKept ? runtime.folder : null };
  } finally {
    scenario.isOver = true;
    await runtime.stop(isKept);
    if (isKept) await writeFile(join(runtime.folder, "stanzas.log"), stanzas.join("\n"));
    await receiver.stop();
    await whatsApp.stop();
  }
}

class Scenario {
  isOver = false;
  readonly #options: ScenarioOptions;
  readonly #random: () => number;
  readonly #whatsApp: SimulatorServer;
  readonly #receiver: FaultyReceiver;
  readonly #runtime: Runtime;
  readonly #api: Api;
  readonly #phone: Phone;
  readonly #contacts: readonly Contact[];
  readonly #chats: readonly Chat[];
  readonly #startedAt = Date.now();
  readonly #kills: string[] = [];
  readonly #faults: string[] = [];
  readonly #refused: string[] = [];

  constructor(options: ScenarioOptions, whatsApp: SimulatorServer, receiver: FaultyReceiver, runtime: Runtime) {
    this.#options = options;
    this.#random = stream(options.seed, "trouble");
    this.#whatsApp = whatsApp;
    this.#receiver = receiver;
    this.#runtime = runtime;
    this.#api = new Api(() => runtime.url);
    this.#phone = whatsApp.phone();
    this.#contacts = Array.from({ length: CONTACTS }, () => whatsApp.contact());
    const members = this.#contacts.slice(0, MEMBERS);
    const group = whatsApp.group({ members: [this.#phone, ...members] });
    this.#chats = [...this.#contacts.map(chatWith), chatIn(group, members)];
  }

  async run(): Promise<Omit<ScenarioResult, "kept">> {
    const { seed, messages } = this.#options;
    const number = await this.#linkedNumber();
    const inbound = plan("in", messages, this.#chats);
    const outbound = plan("out", messages, this.#chats);
    const traffic = this.#chats.flatMap((chat) => [
      this.#speak(inbound.filter((message) => message.chat === chat)),
      this.#send(
        number,
        outbound.filter((message) => message.chat === chat),
      ),
    ]);
    await Promise.all([...traffic, this.#makeTrouble().catch((error: Error) => this.#refused.push(error.message))]);
    this.#receiver.behave = answerOf;
    this.#whatsApp.healsWire(this.#phone);
    const lost = await this.#settled({ number, inbound, outbound });
    return {
      seed,
      seconds: Math.round((Date.now() - this.#startedAt) / 1_000),
      kills: this.#kills,
      faults: this.#faults,
      deliveredAgain: this.#receiver.attempts.filter(({ taken }) => taken).length - this.#receiver.taken.length,
      losses: lost,
    };
  }

  /** A number with a webhook, sending without limits and pauses. */
  async #linkedNumber(): Promise<GatewayNumber> {
    const number = await GatewayNumber.create(this.#api, "faults");
    const webhook = { webhookUrl: this.#receiver.url, events: ["message"] };
    const { secret } = await this.#api.ok<{ secret: string }>("PUT", `${number.path}/webhook`, webhook);
    this.#receiver.secrets = [secret];
    await number.isLinkedBy(this.#phone);
    this.#receiver.behave = unreliable(stream(this.#options.seed, "webhook"), answerOf);
    return number;
  }

  get #isOutOfPatience(): boolean {
    return this.isOver || Date.now() - this.#startedAt > PATIENCE_MS;
  }

  /** Pauses between the messages of one person. */
  #breathing(messages: readonly Planned[], msPerKill: number): () => Promise<void> {
    const random = stream(this.#options.seed, messages[0]?.text ?? "");
    return () => pause((random() * 2 * msPerKill * this.#options.kills) / messages.length);
  }

  async #speak(messages: readonly Planned[]): Promise<void> {
    const breath = this.#breathing(messages, WRITING_MS_PER_KILL);
    for (const message of messages) {
      await says(message, this.#phone);
      await breath();
    }
  }

  async #send(number: GatewayNumber, messages: readonly Planned[]): Promise<void> {
    const breath = this.#breathing(messages, SENDING_MS_PER_KILL);
    for (const message of messages) {
      const key = `faults-${message.text.replaceAll(" ", "-")}`;
      const wrong = await sends(message, { api: this.#api, number, key, isOver: () => this.#isOutOfPatience });
      if (wrong !== null) this.#refused.push(wrong);
      await breath();
    }
  }

  /** The faults, spread over the traffic; a break of the connection and two other faults before each SIGKILL. */
  async #makeTrouble(): Promise<void> {
    const silentRound = Math.floor(this.#random() * this.#options.kills);
    for (let round = 0; round < this.#options.kills; round++) {
      await this.#disturb();
      await this.#break(round === silentRound && this.#random() < 0.5);
      await this.#disturb();
      await this.#online();
      const site = { whatsApp: this.#whatsApp, phone: this.#phone, receiver: this.#receiver };
      const where = await reachCrashPoint(site, this.#random);
      await this.#runtime.kill();
      this.#kills.push(where);
      this.#options.onFault?.(`killed ${where}`);
      await this.#runtime.startAgain();
    }
  }

  async #disturb(): Promise<void> {
    await pause(200 + this.#random() * 800);
    const name = pick(this.#random, Object.keys(TROUBLES));
    this.#happens(name);
    if (NEEDS_CONNECTION.has(name)) await this.#online();
    await TROUBLES[name]?.(this.#victims);
  }

  async #break(isSilence: boolean): Promise<void> {
    await pause(200 + this.#random() * 800);
    await this.#online();
    const name = isSilence ? "silence" : pick(this.#random, Object.keys(BREAKS));
    this.#happens(name);
    await (isSilence ? SILENCE : BREAKS[name])?.(this.#victims);
  }

  #happens(name: string): void {
    this.#faults.push(name);
    this.#options.onFault?.(name);
  }

  /** Whatever happened, the number comes back by itself. */
  async #online(): Promise<void> {
    await this.#phone.online({ timeoutMs: RECONNECT_PATIENCE_MS });
  }

  get #victims() {
    return {
      whatsApp: this.#whatsApp,
      phone: this.#phone,
      contacts: this.#contacts,
      receiver: this.#receiver,
      runtime: this.#runtime,
      random: this.#random,
    };
  }

  /** Waits until nothing is wrong any more, or until patience ends. @returns what is wrong then */
  async #settled(traffic: {
    number: GatewayNumber;
    inbound: readonly Planned[];
    outbound: readonly Planned[];
  }): Promise<string[]> {
    let told = "";
    for (;;) {
      const evidence = { ...traffic, api: this.#api, whatsApp: this.#whatsApp, receiver: this.#receiver };
      const more = { refused: this.#refused, printed: this.#runtime.printed };
      const verdict = await judge({ ...evidence, ...more });
      const lost = losses(verdict);
      if (isSettled(verdict) || this.#isOutOfPatience) return lost;
      if (lost.join() !== told) this.#options.onFault?.(`not yet: ${lost.join(", ")}`);
      told = lost.join();
      await pause(500);
    }
  }
}

/** What the webhook answers when it works. */
const answerOf: FaultyReceiver["behave"] = ({ body }) => {
  const reply = replyTo(String(body.message), body.is_group === true);
  return { status: 200, body: JSON.stringify(reply === null ? { skip: true } : { reply }) };
};
