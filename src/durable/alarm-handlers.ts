/** What each wake-up of a number does. */
import type { Outbox } from "../sending/outbox.ts";
import type { DirectoryLink } from "./directory-link.ts";
import type { WhatsAppNumber } from "./number.ts";
import type { NumberHistory } from "./number-history.ts";
import type { NumberTraffic } from "./number-traffic.ts";
import type { WakeupHandlers } from "./wakeups.ts";

type Parts = Pick<WhatsAppNumber, "keeper" | "events" | "conduct" | "profile" | "media">;

export function alarmHandlers(
  { keeper, events, conduct, profile, media }: Parts,
  directory: DirectoryLink,
  traffic: NumberTraffic,
  history: NumberHistory,
  outbox: Pick<Outbox, "expire">,
): WakeupHandlers {
  return {
    heartbeat: () => keeper.heartbeat(),
    reconnect: () => keeper.reconnect(),
    update: () => keeper.update(),
    deliveries: () => events.deliver(),
    risk: () => conduct.watch(),
    directory: () => directory.push(),
    profile: () => profile.apply(),
    media: () => media.keeper.pump(),
    placeholders: () => traffic.tellPlaceholders(),
    history: () => history.pump(),
    prune: () => {
      // Before their rows go: of a number that is offline for longer than its messages are kept, too, each is told of.
      outbox.expire();
      events.prune();
      return media.prune();
    },
    // Nothing but to be awake: after every alarm it is looked whether there is something to tell.
    report: () => {},
  };
}
