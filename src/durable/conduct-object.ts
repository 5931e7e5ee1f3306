/**
 * The part of a number's object that answers the calls of rpc-safety.ts. What only the object itself may use is a
 * property here and no method: the Worker can call every method.
 */
import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { ok } from "../errors.ts";
import { behaviorSettings } from "../number-safety/behavior.ts";
import { WhatsAppNumber } from "./number.ts";
import { type OwnedCall, ownedCall } from "./owned-call.ts";
import type { AntiBanSettings, BehaviorSettings } from "./rpc.ts";
import type { ConductRpc, HandoffSettings, SafetyConfigChange } from "./rpc-safety.ts";

export abstract class ConductObject extends DurableObject<Env> implements ConductRpc {
  protected readonly number: WhatsAppNumber;
  protected readonly of: OwnedCall;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.number = new WhatsAppNumber(ctx, env);
    this.of = ownedCall(this.number, ctx.id.name);
  }

  async behavior(orgId: string) {
    return this.of(orgId, (_number, { profile }) => ok(behaviorSettings(profile.behaviorSettings)));
  }

  async setBehavior(orgId: string, change: BehaviorSettings) {
    return this.of(orgId, async (number) => {
      await number.update({ behaviorSettings: change });
      return this.behavior(orgId);
    });
  }

  async antiBan(orgId: string) {
    return this.of(orgId, ({ conduct }) => ok(conduct.views.antiBan()));
  }

  async setAntiBan(orgId: string, change: AntiBanSettings) {
    return this.of(orgId, async (number) => {
      await number.update({ antiBanSettings: change });
      return ok(number.conduct.views.antiBan());
    });
  }

  async safety(orgId: string) {
    return this.of(orgId, ({ conduct }) => ok(conduct.views.status()));
  }

  async safetyConfig(orgId: string) {
    return this.of(orgId, ({ conduct }) => ok(conduct.guard.config));
  }

  async setSafetyConfig(orgId: string, change: SafetyConfigChange) {
    return this.of(orgId, ({ conduct, events }) => {
      const refusal = events.webhook.refusalOf(change.alertsWebhook, "alertsWebhook");
      if (refusal) return refusal;
      conduct.configure(change);
      return ok(conduct.guard.config);
    });
  }

  async safetyHealth(orgId: string, { refresh }: { refresh: boolean }) {
    return this.of(orgId, async ({ conduct }) => {
      if (refresh) await conduct.ask();
      return ok(conduct.views.health());
    });
  }

  async listLidMappings(orgId: string, page: { limit: number; cursor?: string }) {
    return this.of(orgId, ({ conduct }) => ok(conduct.views.lidMappings(page)));
  }

  async pauseSending(orgId: string, isPaused: boolean) {
    return this.of(orgId, ({ conduct }) => {
      conduct.guard.setPaused(isPaused);
      return ok(conduct.views.status());
    });
  }

  async resetSafety(orgId: string) {
    return this.of(orgId, ({ conduct }) => {
      conduct.guard.reset();
      return ok(conduct.views.status());
    });
  }

  async listOptOuts(orgId: string) {
    return this.of(orgId, ({ conduct }) => ok(conduct.views.optOuts()));
  }

  async removeOptOuts(orgId: string, chat: string | null) {
    return this.of(orgId, ({ conduct }) => ok(conduct.removeOptOuts(chat)));
  }

  async listHandoffs(orgId: string) {
    return this.of(orgId, ({ conduct }) => ok(conduct.handoff.chats()));
  }

  async setHandoff(orgId: string, chat: string, active: boolean) {
    return this.of(orgId, ({ conduct }) => {
      const chatId = conduct.chatIdOf(chat);
      conduct.handoff.set(chatId, active);
      return ok({ chatId });
    });
  }

  async clearHandoffs(orgId: string, chat: string | null) {
    return this.of(orgId, ({ conduct }) => {
      if (chat === null) return ok(conduct.handoff.clear());
      return ok(conduct.handoff.set(conduct.chatIdOf(chat), false) ? 1 : 0);
    });
  }

  async handoffSettings(orgId: string) {
    return this.of(orgId, ({ conduct }) => ok(conduct.handoff.settings));
  }

  async setHandoffSettings(orgId: string, change: Partial<HandoffSettings>) {
    return this.of(orgId, ({ conduct }) => ok(conduct.handoff.changeSettings(change)));
  }
}
