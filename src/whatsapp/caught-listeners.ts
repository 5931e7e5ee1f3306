/**
 * Baileys reads frames and stanzas in async listeners that nobody awaits: an exception in one is an unhandled rejection,
 * which the runtime swallows, and the session would go deaf without a word. An `unhandledrejection` listener could not
 * tell which number of the isolate it belongs to. So the listeners Baileys registered are wrapped, once, right after the
 * socket is made; those it adds later (answers to its own queries) it awaits itself.
 */
import type { EventEmitter } from "node:events";

interface Caught {
  /** A frame could not be read: the cipher is out of step from here on, the session is of no more use. */
  onFrameError: (error: unknown) => void;
  /** One stanza could not be handled: only that stanza is lost. */
  onStanzaError: (error: unknown) => void;
  /** Whether Baileys gets to see a stanza at all; asked before each of its listeners. */
  admits?: (event: string | symbol, stanza: unknown) => boolean | Promise<boolean>;
}

/** The event under which the socket hands over raw frames. */
const FRAMES = "message";

/** @param socket Baileys' WebSocket client, with its own listeners registered and none of ours yet */
export function catchListenerErrors(
  socket: EventEmitter,
  { onFrameError, onStanzaError, admits = () => true }: Caught,
): void {
  for (const event of socket.eventNames()) {
    const report = event === FRAMES ? onFrameError : onStanzaError;
    for (const listener of socket.rawListeners(event)) {
      socket.off(event, listener as (...args: unknown[]) => void);
      socket.on(event, async (...args: unknown[]) => {
        try {
          const admitted = admits(event, args[0]);
          // Without a question nothing is awaited: Baileys relies on stanzas being taken up in order.
          if (admitted === true || (await admitted)) await listener.apply(socket, args);
        } catch (error) {
          report(error);
        }
      });
    }
  }
}
