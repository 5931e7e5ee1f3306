import type { ScenarioResult } from "./scenario.ts";

/** What must not happen in a run. */
export function losses(result: ScenarioResult): string[] {
  const found: string[] = [];
  const expectZero = (count: number, what: string): void => void (count > 0 && found.push(`${count} ${what}`));
  expectZero(result.inboundSaid - result.inboundStored, "inbound not stored once");
  expectZero(result.inboundSaid - result.inboundDelivered, "inbound not delivered");
  expectZero(result.outboundAsked - result.outboundReceived, "outbound lost");
  expectZero(result.outboundShownTwice, "outbound shown twice");
  expectZero(result.outOfOrder, "out of order");
  expectZero(result.neededNewLink ? 1 : 0, "session that needs a new link");
  return found;
}
