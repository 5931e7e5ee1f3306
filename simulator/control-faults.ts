/** The server's faults by their names on the HTTP control. */
import { oneOf, optionalFlag, optionalNumber, optionalText, requiredNumber, requiredText } from "./control-input.ts";
import type { SimulatorServer } from "./server.ts";

type Fault = (simulator: SimulatorServer, body: Record<string, unknown>) => unknown;

export const FAULTS: Record<string, Fault> = {
  drops: (simulator, body) => simulator.drops(requiredText(body, "phone")),
  "ends-stream": (simulator, body) =>
    simulator.endsStream(requiredText(body, "phone"), oneOf(body, "how", [503, 515, "xmlstreamend"] as const)),
  replaces: (simulator, body) => simulator.replaces(requiredText(body, "phone")),
  "fails-login": (simulator, body) =>
    simulator.failsLogin(requiredText(body, "phone"), oneOf(body, "reason", [401, 403, 405, 503] as const), {
      times: optionalNumber(body, "times") ?? 1,
    }),
  "allows-login": (simulator, body) => simulator.allowsLogin(requiredText(body, "phone")),
  "locks-reach-out": (simulator, body) => {
    const seconds = optionalNumber(body, "untilSeconds");
    const lock = seconds === undefined ? undefined : { until: new Date(seconds * 1000) };
    return simulator.locksReachOut(requiredText(body, "phone"), lock);
  },
  "mutes-keepalive": (simulator, body) =>
    simulator.mutesKeepalive(requiredText(body, "phone"), optionalFlag(body, "muted") ?? true),
  "goes-silent": (simulator, body) => simulator.goesSilent(requiredText(body, "phone")),
  "goes-deaf": (simulator, body) => simulator.goesDeaf(requiredText(body, "phone")),
  delays: (simulator, body) => simulator.delays(requiredText(body, "phone"), requiredNumber(body, "ms")),
  "repeats-next": (simulator, body) =>
    simulator.repeatsNext(requiredText(body, "phone"), optionalNumber(body, "times") ?? 1),
  "swaps-next": (simulator, body) =>
    simulator.swapsNext(requiredText(body, "phone"), optionalNumber(body, "times") ?? 1),
  "loses-acks": (simulator, body) =>
    simulator.losesAcks(requiredText(body, "phone"), optionalNumber(body, "times") ?? 1),
  "fails-queries": (simulator, body) =>
    simulator.failsQueries(
      requiredText(body, "phone"),
      optionalNumber(body, "code") ?? "silence",
      optionalNumber(body, "times") ?? 1,
      optionalText(body, "xmlns"),
    ),
  "heals-wire": (simulator, body) => simulator.healsWire(requiredText(body, "phone")),
  "sends-garbage": (simulator, body) =>
    simulator.sendsGarbage(requiredText(body, "phone"), oneOf(body, "what", ["frame", "stanza"] as const)),
  "sets-routing": (simulator, body) => ({ routing: simulator.setsRouting(requiredText(body, "phone")) }),
  "low-prekeys": (simulator, body) => simulator.lowPrekeys(requiredText(body, "phone"), requiredNumber(body, "count")),
  "refuses-connections": (simulator, body) =>
    simulator.refusesConnections(
      optionalFlag(body, "refusing") === false ? false : oneOf(body, "how", ["cut", "unavailable"] as const, "cut"),
    ),
};
