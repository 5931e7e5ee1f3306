/** The stage between identity and storing: a message gets its slot in the transaction that stores it, or is refused. */
import type { BlockedSend } from "../durable/rpc-safety.ts";
import { type Refusal, refuse } from "../errors.ts";
import type { SlotRequest } from "../guard/facts.ts";
import type { Reservation } from "../guard/safety-guard.ts";
import type { NewMessage } from "../store/messages-table.ts";
import { isGroup } from "../whatsapp/identity.ts";

export interface PacingDeps {
  transaction: (work: () => void) => void;
  reserve: (request: SlotRequest) => Reservation;
  /** Stores the message as pending. */
  add: (message: NewMessage) => void;
}

export type Paced =
  /** Stored; it leaves after `delayMs`. */
  | { kind: "stored"; delayMs: number; typingSimulation: boolean; delayEnabled: boolean }
  /** A rule held it back; nothing is stored. */
  | { kind: "blocked"; reason: string; blocked: BlockedSend }
  /** Too many wait already. */
  | { kind: "refused"; error: Refusal };

export type Wishes = NonNullable<SlotRequest["wishes"]>;

/** Kinds that nobody types. */
const ABOUT_OTHERS: ReadonlySet<string> = new Set(["reaction", "edit", "delete"]);

/** How soon room in a full queue is likely, milliseconds (ours): `moderate`'s greatest pause before one message. */
const FULL_RETRY_MS = 5_000;

/** @param longestWaitMs how long this message may wait for its slot; a request's 30 s when left out */
export function pace(message: NewMessage, wishes: Wishes, deps: PacingDeps, longestWaitMs?: number): Paced {
  const request: SlotRequest = {
    messageId: message.id,
    chatId: message.chatId,
    isGroup: isGroup(message.chatId),
    // What refers to another message repeats itself without being the same text to many people.
    text: ABOUT_OTHERS.has(message.type) ? "" : message.text,
    wishes: ABOUT_OTHERS.has(message.type) ? { ...wishes, typingSimulation: false } : wishes,
    ...(longestWaitMs === undefined ? {} : { longestWaitMs }),
  };
  let reservation: Reservation = { kind: "full" };
  deps.transaction(() => {
    reservation = deps.reserve(request);
    if (reservation.kind === "slot") deps.add(message);
  });
  return outcome(reservation, message.sentAt);
}

function outcome(reservation: Reservation, now: number): Paced {
  switch (reservation.kind) {
    case "slot": {
      const { typingSimulation, delayEnabled } = reservation.behavior;
      return { kind: "stored", delayMs: Math.max(0, reservation.at - now), typingSimulation, delayEnabled };
    }
    case "blocked":
      return reservation;
    case "full":
      return {
        kind: "refused",
        error: refuse("queue_full", "100 messages of this number wait to be sent.", {
          hint: "Wait for the answers of earlier calls before you send more.",
          retryAfterMs: FULL_RETRY_MS,
        }).error,
      };
  }
}
