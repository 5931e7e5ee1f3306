/**
 * The log as Server-Sent Events. The stream belongs to the Worker: it asks the number's object for the next page only
 * when the client has taken what there was, so a client that stops reading stops asking, and costs the number nothing.
 */
import type { EventList } from "../durable/rpc.ts";

/** A comment after so much silence keeps the connection from being taken for dead. */
export const HEARTBEAT_MS = 15_000;
/** A client comes back after so much time. */
const RETRY_MS = 1_000;
/**
 * A stream ends by itself and the client resumes it: so a revoked key stops reading, and connections spread anew.
 */
const LONGEST_STREAM_MS = 5 * 60_000;
/** Between two questions when the object had no place for another reader to wait. */
const SHORTEST_POLL_MS = 1_000;

export interface StreamDeps {
  /** Waits up to `waitMs` for events behind `after`; null when there is nothing to read any more. */
  next: (after: number, waitMs: number) => Promise<EventList | null>;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/** One page as text: `id` is the event's position, `event` its type, `data` its JSON on one line. */
export function streamText({ events }: EventList): string {
  return events.map((event) => `id: ${event.seq}\nevent: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** A stream that begins with `first` and goes on behind it. */
export function eventStream(first: EventList, { next, now, sleep }: StreamDeps): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const endsAt = now() + LONGEST_STREAM_MS;
  let position = first.next;
  let hasMore = first.more;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n${streamText(first)}`));
      },
      async pull(controller) {
        let text = "";
        while (text === "") {
          const askedAt = now();
          const page = askedAt >= endsAt ? null : await next(position, hasMore ? 0 : HEARTBEAT_MS).catch(() => null);
          if (page === null) {
            controller.close();
            return;
          }
          const isSkipping = page.more && page.events.length === 0;
          position = page.next;
          hasMore = page.more;
          if (isSkipping) continue;
          const tooSoon = SHORTEST_POLL_MS - (now() - askedAt);
          if (page.events.length === 0 && tooSoon > 0) await sleep(tooSoon);
          text = streamText(page) || ": still here\n\n";
        }
        controller.enqueue(encoder.encode(text));
      },
    },
    { highWaterMark: 1 },
  );
}
