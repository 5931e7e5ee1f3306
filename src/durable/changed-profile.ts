/** What an instance is, after somebody changed it. Pure. */
import { changeBehavior } from "../number-safety/behavior.ts";
import { changeLegacy } from "../number-safety/legacy.ts";
import type { InstanceState, Profile } from "../store/instance-table.ts";
import type { PendingProfile, UpdateInstance } from "./rpc.ts";

/** Fields left out stay as they are; settings are merged field by field. */
export function changedProfile(profile: Profile, changes: UpdateInstance): Profile {
  const { behaviorSettings, antiBanSettings } = changes;
  return {
    ...profile,
    ...changes,
    behaviorSettings: behaviorSettings
      ? changeBehavior(profile.behaviorSettings, behaviorSettings)
      : profile.behaviorSettings,
    antiBanSettings: antiBanSettings ? changeLegacy(profile.antiBanSettings, antiBanSettings) : profile.antiBanSettings,
  };
}

/** Name and About text that wait for a connection; null when nothing does. */
export function pendingProfileOf(state: InstanceState | null): PendingProfile | null {
  const pending = state?.profile.pendingProfile;
  return pending && Object.keys(pending).length > 0 ? pending : null;
}
