/** What happens to the events of one number, wired together: recorded, delivered, read, and forgotten in time. */
import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers";
import { type Env, readSettings, type Settings } from "../env.ts";
import { DeliveryEngine } from "../events/delivery-engine.ts";
import { EventFeed } from "../events/event-feed.ts";
import { type PostRequest, type PostResult, postJson, unanswered } from "../events/post.ts";
import { type NewEvent, recordEvent } from "../events/record.ts";
import { newSecret } from "../events/signing.ts";
import { initialWebhook, type WebhookTarget } from "../events/webhook-target.ts";
import { checkFetchTarget } from "../net/fetch-target.ts";
import type { LoggedEvent } from "../store/events-table.ts";
import type { InstanceState } from "../store/instance-table.ts";
import type { Store } from "../store/store.ts";
import { Retention } from "./retention.ts";
import { targetPolicyOf } from "./settings-of.ts";
import { WebhookCalls } from "./webhook-calls.ts";

/** While a setting is wrong nothing is thrown away that may be meant to stay. */
const LONGEST_RETENTION_DAYS = 3_650;

export interface NumberEventsDeps {
  env: Env;
  store: Store;
  transaction: (work: () => void) => void;
  state: () => InstanceState | null;
  setWebhookUrl: (url: string | null) => Promise<void>;
  /** @see DeliveryDeps */
  queueReply: (event: LoggedEvent, text: string) => string | null;
  sendReplies: () => void;
  /** Sets a wake-up unless an earlier one is set. */
  wakeAt: (name: "deliveries" | "prune", dueAt: number) => void;
  onError: (text: string, error: unknown) => void;
  now: () => number;
}

export class NumberEvents {
  readonly feed: EventFeed;
  readonly webhook: WebhookCalls;
  readonly #deps: NumberEventsDeps;
  readonly #deliveries: DeliveryEngine;
  readonly #retention: Retention;

  constructor(deps: NumberEventsDeps) {
    this.#deps = deps;
    const { store, transaction, state, now } = deps;
    this.#deliveries = new DeliveryEngine({
      store,
      transaction,
      target: () => this.#target,
      post: (request) => this.#post(request),
      queueReply: deps.queueReply,
      sendReplies: deps.sendReplies,
      wakeAt: (dueAt) => deps.wakeAt("deliveries", dueAt),
      onError: (error) => deps.onError("the outcome of a delivery could not be stored", error),
      now,
      random: Math.random,
      retryScale: () => this.#settings?.webhookRetryScale ?? 1,
    });
    this.feed = new EventFeed({ store, exists: () => state() !== null, later: (work) => void setImmediate(work) });
    this.webhook = new WebhookCalls({
      store,
      transaction,
      state,
      defaultUrl: () => this.defaultUrl,
      target: () => this.#target,
      checkUrl: (url) => this.#check(url),
      setUrl: deps.setWebhookUrl,
      post: (request) => this.#post(request),
      pump: () => this.#deliveries.pump(),
      randomBytes,
      now,
    });
    this.#retention = new Retention({
      store,
      transaction,
      days: () => this.#settings?.retentionDays ?? LONGEST_RETENTION_DAYS,
      wakeAt: (dueAt) => deps.wakeAt("prune", dueAt),
      now,
    });
  }

  /** The deployment's webhook, for instances without their own. */
  get defaultUrl(): string | null {
    return this.#settings?.webhookUrl ?? null;
  }

  get hasWebhook(): boolean {
    return this.#url !== null;
  }

  /** A number was created: its webhook gets a secret of its own. */
  created(): void {
    this.#deps.store.webhook.save(initialWebhook(newSecret(randomBytes)));
    this.#retention.schedule();
  }

  /** The object is awake anew: what was under way is made again, what is too old goes. */
  wake(): void {
    this.#deliveries.pump();
    this.#retention.schedule();
  }

  /** The number was removed. */
  removed(): void {
    this.#deliveries.forget();
    this.feed.wakeReaders();
  }

  record(event: NewEvent): void {
    if (recordEvent(this.#deps.store, event, this.hasWebhook, this.#deps.now())) this.deliverSoon();
  }

  /** Attempts what is due as soon as the current work, and its transaction, is done. */
  deliverSoon(): void {
    setImmediate(() => this.deliver());
  }

  deliver(): void {
    this.#deliveries.pump();
  }

  prune(): void {
    this.#retention.prune();
  }

  /** Null when a setting is wrong, which every call to the API says already. */
  get #settings(): Settings | null {
    const settings = readSettings(this.#deps.env);
    return settings.ok ? settings.value : null;
  }

  get #url(): string | null {
    return this.#deps.state()?.profile.webhookUrl ?? this.defaultUrl;
  }

  get #target(): WebhookTarget | null {
    const { store, state } = this.#deps;
    const url = this.#url;
    const settings = url === null ? null : store.webhook.load();
    return url === null || settings === null ? null : { url, settings, instanceId: state()?.profile.instanceId ?? "" };
  }

  /** One attempt to POST JSON to another receiver, such as that of alerts. @returns what went wrong, or null */
  async postTo(url: string, body: string): Promise<{ error: string | null }> {
    return this.#post({ url, body, headers: {} });
  }

  /** Private addresses are refused here too: a URL may be older than the rule, or come from the settings. */
  async #post(request: PostRequest): Promise<PostResult> {
    const target = this.#check(request.url);
    return target.ok ? postJson(request) : unanswered(`The webhook may not be called. ${target.message}`);
  }

  #check(url: string) {
    return checkFetchTarget(url, targetPolicyOf(this.#deps.env, this.#deps.state()?.profile.origin));
  }
}
