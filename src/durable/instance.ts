/**
 * The object of one number. `number.ts` wires its parts, this answers RPC; every public method is a deliberate call of
 * the Worker (see rpc.ts for what each promises). The calls about its conduct are in `conduct-object.ts`.
 */
import type { Env } from "../env.ts";
import { ok, type Result, refuse } from "../errors.ts";
import { idempotencyTable } from "../idempotency/idempotency-table.ts";
import { type IdempotencyVerdict, IdempotentCalls, type IdempotentEnd } from "../idempotency/idempotent-calls.ts";
import { deleteMessage, editMessage, react } from "../sending/act-on-message.ts";
import { mediaHosts } from "../sending/media-hosts.ts";
import { lastSpoke, lookUpNumber } from "../sending/numbers.ts";
import { sendMessage } from "../sending/send-message.ts";
import { ConductObject } from "./conduct-object.ts";
import { instanceView } from "./instance-view.ts";
import { stateFor } from "./owned-call.ts";
import type {
  Addressed,
  BehaviorSettings,
  CreateInstance,
  DeliveryQuery,
  DeliveryView,
  EventList,
  EventQuery,
  InstanceRpc,
  InstanceView,
  LogEntry,
  MediaHosts,
  MediaView,
  MessageQuery,
  NumberView,
  OutgoingMessage,
  OutgoingReaction,
  ProfileChange,
  ProfileView,
  ReplayRange,
  ReplayResult,
  SentMessage,
  StoredMessage,
  UpdateInstance,
  WebhookChanges,
  WebhookTest,
  WebhookView,
} from "./rpc.ts";
import type { GivenSession, SessionCopy } from "./rpc-session.ts";

export class InstanceObject extends ConductObject implements InstanceRpc {
  readonly #calls: IdempotentCalls;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#calls = new IdempotentCalls(idempotencyTable(ctx.storage.sql), Date.now);
  }

  async initialise(input: CreateInstance): Promise<Result<InstanceView>> {
    if (this.number.state === null) {
      const refusal = this.number.events.webhook.refusalOf(input.webhookUrl);
      if (refusal) return refusal;
      if (await this.number.create(input)) return this.describe(input.orgId);
    }
    return refuse("already_exists", `An instance with the id ${input.instanceId} exists already.`, {
      hint: "Use it, delete it first, or choose another id.",
    });
  }

  async describe(orgId: string): Promise<Result<InstanceView>> {
    return this.of(orgId, (number, state) =>
      ok(instanceView(state, { ...number.shown, antiBanHealth: number.conduct.views.antiBan().health })),
    );
  }

  async update(orgId: string, changes: UpdateInstance): Promise<Result<InstanceView>> {
    return this.of(orgId, async (number) => {
      const refusal = number.events.webhook.refusalOf(changes.webhookUrl);
      if (refusal) return refusal;
      await number.update(changes);
      return this.describe(orgId);
    });
  }

  async destroy(orgId: string): Promise<Result<{ instanceId: string }>> {
    return this.of(orgId, async (number, { profile }) => {
      await number.remove();
      return ok({ instanceId: profile.instanceId });
    });
  }

  async startConnection(orgId: string): Promise<Result<{ started: boolean; instance: InstanceView }>> {
    return this.of(orgId, async (number) => {
      const begun = number.keeper.connect();
      return begun.ok ? this.#with(orgId, begun.value) : begun;
    });
  }

  async requestPairingCode(
    orgId: string,
    phone: string,
  ): Promise<Result<{ pairingCode: string | null; instance: InstanceView }>> {
    return this.of(orgId, async (number) => {
      const code = await number.keeper.connectByCode(phone);
      return code.ok ? this.#with(orgId, { pairingCode: code.value }) : code;
    });
  }

  async stopConnection(orgId: string, { revoke }: { revoke: boolean }): Promise<Result<InstanceView>> {
    return this.of(orgId, async (number) => {
      if (revoke) await number.keeper.revoke();
      else number.keeper.disconnect();
      number.store.logs.add(
        "info",
        revoke ? "Disconnected and unlinked on request" : "Disconnected on request",
        Date.now(),
      );
      return this.describe(orgId);
    });
  }

  async clearAuth(orgId: string): Promise<Result<InstanceView>> {
    return this.of(orgId, async (number) => {
      number.keeper.clearAuth();
      number.store.logs.add("info", "Credentials cleared on request", Date.now());
      return this.describe(orgId);
    });
  }

  async exportSession(orgId: string): Promise<Result<GivenSession>> {
    return this.of(orgId, ({ session }) => session.give());
  }

  async mayImportSession(orgId: string, { replace }: { replace: boolean }): Promise<Result<null>> {
    return this.of(orgId, ({ session }) => session.mayTake(replace));
  }

  async importSession(
    orgId: string,
    copy: SessionCopy,
    options: { phone: string; lid: string | null; replace: boolean },
  ): Promise<Result<InstanceView>> {
    return this.of(orgId, ({ session }) => {
      const taken = session.take(copy, options);
      return taken.ok ? this.describe(orgId) : taken;
    });
  }

  async send(orgId: string, message: OutgoingMessage, callId?: string): Promise<Result<SentMessage>> {
    return this.of(orgId, (number) => sendMessage(message, number.sendingFor(callId)));
  }

  async react(orgId: string, reaction: OutgoingReaction, callId?: string): Promise<Result<SentMessage>> {
    return this.of(orgId, (number) => react(reaction, number.sendingFor(callId)));
  }

  async editMessage(orgId: string, messageId: string, text: string, callId?: string): Promise<Result<SentMessage>> {
    return this.of(orgId, (number) => editMessage(messageId, text, number.sendingFor(callId)));
  }

  async deleteMessage(orgId: string, messageId: string): Promise<Result<SentMessage>> {
    return this.of(orgId, (number) => deleteMessage(messageId, number.sending));
  }

  async mediaHosts(orgId: string, message: Addressed): Promise<Result<MediaHosts>> {
    return this.of(orgId, (number) => mediaHosts(message, number.sending));
  }

  async media(orgId: string, mediaId: string): Promise<Result<MediaView & { key: string }>> {
    return this.of(orgId, ({ media }) => media.view(mediaId));
  }

  async retryMedia(orgId: string, mediaId: string): Promise<Result<{ status: string }>> {
    return this.of(orgId, ({ media }) => media.keeper.retry(mediaId));
  }

  async lookUpNumber(orgId: string, phone: string): Promise<Result<NumberView>> {
    return this.of(orgId, (number) => lookUpNumber(phone, number.sending));
  }

  async lastSpoke(orgId: string, to: string): Promise<Result<number | null>> {
    return this.of(orgId, (number) => ok(lastSpoke(to, number.store)));
  }

  async listMessages(
    orgId: string,
    query: MessageQuery,
  ): Promise<Result<{ messages: StoredMessage[]; next: string | null }>> {
    return this.of(orgId, ({ store, media }) => {
      const phone = query.phone === undefined ? {} : { phone: store.contacts.knownAs(query.phone) };
      const { messages, next } = store.messages.list({ ...query, ...phone });
      return ok({ messages: messages.map((message) => media.withFile(message)), next });
    });
  }

  async listLogs(orgId: string, limit: number): Promise<Result<LogEntry[]>> {
    return this.of(orgId, ({ store }) => ok(store.logs.newest(limit)));
  }

  async webhook(orgId: string): Promise<Result<WebhookView>> {
    return this.of(orgId, ({ events }) => ok(events.webhook.view()));
  }

  async setWebhook(orgId: string, changes: WebhookChanges): Promise<Result<WebhookView>> {
    return this.of(orgId, ({ events }) => events.webhook.change(changes));
  }

  async testWebhook(orgId: string): Promise<Result<WebhookTest>> {
    return this.of(orgId, ({ events }) => events.webhook.test());
  }

  async listDeliveries(
    orgId: string,
    query: DeliveryQuery,
  ): Promise<Result<{ deliveries: DeliveryView[]; next: string | null }>> {
    return this.of(orgId, ({ store }) => ok(store.deliveries.list(query)));
  }

  async retryDelivery(orgId: string, seq: number): Promise<Result<DeliveryView>> {
    return this.of(orgId, ({ events }) => events.webhook.retry(seq));
  }

  async replay(orgId: string, range: ReplayRange): Promise<Result<ReplayResult>> {
    return this.of(orgId, ({ events }) => events.webhook.replay(range));
  }

  async listEvents(orgId: string, query: EventQuery): Promise<Result<EventList>> {
    return this.of(orgId, ({ events }) => ok(events.feed.list(query)));
  }

  async awaitEvents(
    orgId: string,
    query: Omit<EventQuery, "after"> & { after: number | null; waitMs: number },
  ): Promise<Result<EventList>> {
    return this.of(orgId, async ({ events }) => ok(await events.feed.next(query)));
  }

  async beginIdempotent(
    orgId: string,
    id: string,
    fingerprint: string,
  ): Promise<IdempotencyVerdict | { state: "unknown" }> {
    const verdict = await this.of(orgId, async () => ok(await this.#calls.begin(id, fingerprint)));
    return verdict.ok ? verdict.value : { state: "unknown" };
  }

  async endIdempotent(orgId: string, id: string, end: IdempotentEnd): Promise<void> {
    await this.of(orgId, () => ok(this.#calls.end(id, end)));
  }

  async profile(orgId: string): Promise<Result<ProfileView>> {
    return this.of(orgId, ({ profile }) => profile.read());
  }

  async changeProfile(orgId: string, change: ProfileChange): Promise<Result<ProfileChange["field"]>> {
    return this.of(orgId, ({ profile }) => profile.change(change));
  }

  async reload(orgId: string): Promise<Result<BehaviorSettings>> {
    return this.of(orgId, (number, { profile }) => {
      number.reload();
      return ok(number.state?.profile.behaviorSettings ?? profile.behaviorSettings);
    });
  }

  async poke(orgId: string): Promise<Result<null>> {
    const found = stateFor(orgId, this.number, this.ctx.id.name);
    if (!found.ok) return found;
    await this.number.upkeep.poke();
    return ok(null);
  }

  override async alarm(): Promise<void> {
    await this.number.alarm();
  }

  async #with<T extends object>(orgId: string, value: T): Promise<Result<T & { instance: InstanceView }>> {
    const described = await this.describe(orgId);
    return described.ok ? ok({ ...value, instance: described.value }) : described;
  }
}
