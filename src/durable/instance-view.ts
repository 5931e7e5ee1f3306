/** Stored state → what the API and the Directory show. */
import { apiStatus } from "../connection/connection-state.ts";
import { DEFAULT_WEBHOOK_EVENTS } from "../schemas/event-types.ts";
import type { InstanceState } from "../store/instance-table.ts";
import { iso } from "../store/iso.ts";
import type { WebhookSettings } from "../store/webhook-table.ts";
import type { InstanceSummary, InstanceView, WebhookView } from "./rpc.ts";

export function instanceSummary({ profile, connection }: InstanceState, revision: number): InstanceSummary {
  return {
    id: profile.instanceId,
    name: profile.name,
    status: apiStatus(connection),
    connectedPhone: connection.phone,
    connectedAt: iso(connection.connectedAt),
    linked: connection.linked,
    lastDisconnect: connection.lastDisconnect,
    webhookUrl: profile.webhookUrl,
    behaviorSettings: profile.behaviorSettings,
    antiBanSettings: profile.antiBanSettings,
    syncHistory: profile.syncHistory ?? false,
    createdAt: new Date(profile.createdAt).toISOString(),
    revision,
  };
}

export function instanceView(
  state: InstanceState,
  shown: Pick<InstanceView, "qr" | "pairingCode" | "antiBanHealth">,
): InstanceView {
  const { revision: _, ...summary } = instanceSummary(state, 0);
  return { ...summary, ...shown };
}

export function webhookView(
  own: string | null,
  fallback: string | null,
  settings: WebhookSettings | null,
  now: number,
): WebhookView {
  const until = settings?.previousSecretUntil ?? 0;
  return {
    instanceWebhookUrl: own,
    effectiveWebhookUrl: own ?? fallback,
    usingGlobalDefault: own === null && fallback !== null,
    events: settings?.events ?? [...DEFAULT_WEBHOOK_EVENTS],
    headers: settings?.headers ?? {},
    secret: settings?.secret ?? "",
    previousSecretValidUntil: until > now ? iso(until) : null,
  };
}
