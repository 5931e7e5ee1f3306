/** The simulator as tests inside workerd reach it: its HTTP control. */
import { env } from "cloudflare:workers";

const controlUrl = (env as unknown as { SIMULATOR_CONTROL_URL: string }).SIMULATOR_CONTROL_URL;

/** @throws with the simulator's own words when it refuses */
export async function simulator<T = unknown>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
  const response = await fetch(controlUrl + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  const answer = await response.json<T>();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
