import type { Env } from "../env.ts";

/** Counts a failed authentication of this address; false when there were too many. Where no limit is bound, true. */
export async function mayFailAgain(env: Env, address: string): Promise<boolean> {
  const outcome = await env.AUTH_FAILURES?.limit({ key: address });
  return outcome?.success ?? true;
}
