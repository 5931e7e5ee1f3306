/** What the API asks about the webhook of one number: settings, a test, its deliveries, replay. */
import { ok, type Result, refuse } from "../errors.ts";
import { testPayload } from "../events/payload.ts";
import type { Post } from "../events/post.ts";
import { newSecret, rotate } from "../events/signing.ts";
import { requestTo, selectedTypes, type WebhookTarget } from "../events/webhook-target.ts";
import type { TargetUrl } from "../schemas/target-url.ts";
import type { InstanceState } from "../store/instance-table.ts";
import type { Store } from "../store/store.ts";
import { webhookView } from "./instance-view.ts";
import type { DeliveryView, ReplayRange, ReplayResult, WebhookChanges, WebhookTest, WebhookView } from "./rpc.ts";

/** Events of one replay call: about a tenth of a second of work at most. */
const MOST_REPLAYED = 5_000;
const SHOWN_CHARACTERS = 500;

export interface WebhookCallsDeps {
  store: Store;
  transaction: (work: () => void) => void;
  state: () => InstanceState | null;
  /** The deployment's webhook. */
  defaultUrl: () => string | null;
  target: () => WebhookTarget | null;
  checkUrl: (url: string) => TargetUrl;
  /** Stores the URL with all that follows from it. */
  setUrl: (url: string | null) => Promise<void>;
  post: Post;
  /** Attempts what is due. */
  pump: () => void;
  randomBytes: (length: number) => Uint8Array;
  now: () => number;
}

export class WebhookCalls {
  readonly #deps: WebhookCallsDeps;

  constructor(deps: WebhookCallsDeps) {
    this.#deps = deps;
  }

  view(): WebhookView {
    const { store, state, defaultUrl, now } = this.#deps;
    return webhookView(state()?.profile.webhookUrl ?? null, defaultUrl(), store.webhook.load(), now());
  }

  /** Why this URL, given as `field`, can't be called; null when it can, or when there is none. */
  refusalOf(url: string | null | undefined, field = "webhookUrl") {
    const target = url ? this.#deps.checkUrl(url) : null;
    if (target?.ok !== false) return null;
    const issues = [{ path: field, message: target.message }];
    return refuse("invalid_request", "The webhook can't be called", { issues });
  }

  async change({ webhookUrl, events, headers, rotateSecret }: WebhookChanges): Promise<Result<WebhookView>> {
    const { store, setUrl, transaction, randomBytes, now } = this.#deps;
    const refusal = this.refusalOf(webhookUrl);
    if (refusal) return refusal;
    transaction(() => {
      const settings = store.webhook.load();
      if (!settings) return;
      const secrets = rotateSecret ? rotate(settings, newSecret(randomBytes), now()) : settings;
      store.webhook.save({
        ...settings,
        ...secrets,
        events: events ?? settings.events,
        headers: headers ?? settings.headers,
      });
    });
    if (webhookUrl !== undefined) await setUrl(webhookUrl);
    return ok(this.view());
  }

  async test(): Promise<Result<WebhookTest>> {
    const { state, target: currentTarget, post, randomBytes, now } = this.#deps;
    const target = currentTarget();
    const profile = state();
    if (!target || !profile) return noWebhook("invalid_request");
    const id = `evt_test_${Buffer.from(randomBytes(9)).toString("hex")}`;
    const body = JSON.stringify(testPayload(target.instanceId, profile.connection.phone, id, now()));
    const result = await post(requestTo(target, id, body, now()));
    return ok({
      success: result.error === null,
      webhookUrl: target.url,
      responseStatus: result.status,
      responseBody: result.beginning?.slice(0, SHOWN_CHARACTERS) ?? null,
      error: result.error,
    });
  }

  retry(seq: number): Result<DeliveryView> {
    const { store, transaction, pump, target, now } = this.#deps;
    if (!target()) return noWebhook("wrong_state");
    let exists = false;
    transaction(() => {
      exists = store.events.get(seq) !== null && store.deliveries.again(seq, now());
    });
    const delivery = exists ? store.deliveries.get(seq) : null;
    if (!delivery) return refuse("not_found", "There is no such delivery, or its event is no longer stored.");
    pump();
    return ok(delivery);
  }

  replay(range: ReplayRange): Result<ReplayResult> {
    const { store, transaction, pump, target, now } = this.#deps;
    const webhook = target();
    if (!webhook) return noWebhook("wrong_state");
    const { after, last } = this.#positions(range);
    const end = Math.min(last, store.events.seqAfter(after, MOST_REPLAYED));
    const types = selectedTypes(webhook.settings.events);
    let queued = 0;
    transaction(() => {
      if (end > after) queued = store.deliveries.replay({ after, last: end, types }, now());
      store.logs.add("info", `Replay: ${queued} events are delivered again`, now());
    });
    pump();
    return ok({ queued, next: end < last ? end : null });
  }

  #positions(range: ReplayRange): { after: number; last: number } {
    const { events } = this.#deps.store;
    if ("after" in range) return { after: range.after, last: events.lastSeq() };
    const to = range.to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(range.to);
    return events.between(Date.parse(range.from), to);
  }
}

function noWebhook(code: "invalid_request" | "wrong_state") {
  return refuse(code, "No webhook URL configured for this instance", {
    hint: "Set one with PUT …/webhook, or WEBHOOK_URL for the whole deployment",
  });
}
