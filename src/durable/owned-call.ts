/** Whose instance it is, asked before anything is done with it. */
import { ok, type Result, refuse } from "../errors.ts";
import type { InstanceState } from "../store/instance-table.ts";
import { logEvent } from "./instance-log.ts";
import type { WhatsAppNumber } from "./number.ts";

/** Runs a call for the org that owns this instance; for all others it does not exist. */
export type OwnedCall = <T>(
  orgId: string,
  call: (number: WhatsAppNumber, state: InstanceState) => Result<T> | Promise<Result<T>>,
) => Promise<Result<T>>;

/** @param name of the object, `org/instance` */
export function ownedCall(number: WhatsAppNumber, name: string | undefined): OwnedCall {
  return async (orgId, call) => {
    const found = stateFor(orgId, number, name);
    if (!found.ok) return found;
    number.upkeep.hurry();
    return call(number, number.state ?? found.value);
  };
}

/** The state of an instance that is there, for the org that owns it. */
export function stateFor(orgId: string, number: WhatsAppNumber, name: string | undefined): Result<InstanceState> {
  const { state } = number;
  if (state === null || state.profile.removing) return refuse("not_found", "Instance not found.");
  if (state.profile.orgId !== orgId) {
    // The name is built from the caller's org, so this cannot happen; if it ever does, nobody gets in.
    logEvent("error", "an org asked for an instance of another one", name);
    return refuse("not_found", "Instance not found.");
  }
  return ok(state);
}
