/** Where and how deliveries go at this moment: the settings of the number, read for each attempt. */
import { ALL_EVENTS, DEFAULT_WEBHOOK_EVENTS } from "../schemas/event-types.ts";
import type { WebhookSettings } from "../store/webhook-table.ts";
import type { PostRequest } from "./post.ts";
import { activeSecrets, signatureHeaders } from "./signing.ts";

export interface WebhookTarget {
  url: string;
  instanceId: string;
  settings: WebhookSettings;
}

/** The settings a number is created with. */
export function initialWebhook(secret: string): WebhookSettings {
  return {
    events: [...DEFAULT_WEBHOOK_EVENTS],
    headers: {},
    secret,
    previousSecret: null,
    previousSecretUntil: null,
  };
}

/** True when events of this type are delivered. */
export function isSelected(selection: readonly string[], type: string): boolean {
  return selection.includes(ALL_EVENTS) || selection.includes(type);
}

/** The types a selection stands for; null = all. */
export function selectedTypes(selection: readonly string[]): readonly string[] | null {
  return selection.includes(ALL_EVENTS) ? null : selection;
}

/**
 * The signed request that tells one event.
 * @param eventId `evt_<seq>`; with the instance's id in front it is unique for a receiver of many instances
 */
export function requestTo(target: WebhookTarget, eventId: string, body: string, now: number): PostRequest {
  const { url, instanceId, settings } = target;
  const signature = signatureHeaders(`${instanceId}_${eventId}`, body, activeSecrets(settings, now), now);
  return { url, body, headers: { ...settings.headers, ...signature } };
}
