/**
 * Looks for numbers that should be connected and have not been heard of, and pokes them. A number looks after itself by
 * its alarm; this is for the day on which an alarm is lost. Run by a cron trigger, see wrangler.toml.
 */
import type { Env } from "../env.ts";
import { describeError, log } from "../log.ts";
import { directoryStub, instanceStub, registryStub } from "./stubs.ts";

/** Twice as long as a number that is well stays silent. */
const SILENT_MS = 10 * 60_000;
/** Bounds of one run; what is left over comes first in the next. */
const MOST_ORGANISATIONS = 500;
const MOST_POKES = 500;
/** At the same time: objects that wake up connect, which takes them and WhatsApp some work. */
const BATCH = 20;

/** @returns how many were poked */
export async function sweep(env: Env, now: number): Promise<number> {
  const organisations = await registryStub(env).take({ now, limit: MOST_ORGANISATIONS });
  let poked = 0;
  for (const orgId of organisations) {
    const limit = MOST_POKES - poked;
    if (limit <= 0) break;
    try {
      const silent = await directoryStub(env, orgId).takeSilent({ before: now - SILENT_MS, now, limit });
      for (let i = 0; i < silent.length; i += BATCH) {
        await Promise.all(silent.slice(i, i + BATCH).map((id) => poke(env, orgId, id)));
      }
      poked += silent.length;
      if (silent.length > 0)
        log("warning", "Instances were silent and were poked", { org: orgId, count: silent.length });
    } catch (error) {
      log("error", "The instances of an organisation could not be looked after", {
        org: orgId,
        error: describeError(error),
      });
    }
  }
  return poked;
}

async function poke(env: Env, orgId: string, instanceId: string): Promise<void> {
  try {
    await instanceStub(env, orgId, instanceId).poke(orgId);
  } catch (error) {
    log("error", "An instance could not be poked", { org: orgId, instance: instanceId, error: describeError(error) });
  }
}
