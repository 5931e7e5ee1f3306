/** Before the end-to-end tests: what is left of earlier runs is not theirs. See test/traces. */
import { clearTraces } from "../../traces/traces.ts";

export default function setup(): void {
  clearTraces();
}
