/**
 * The calls of a session that wait for WhatsApp. They end with the session: Baileys takes its listeners off the socket
 * before it closes it, so a question that is under way then would wait for its whole timeout, and all that is behind it.
 */
import { asRefusal, isConnectionClosed } from "./query-errors.ts";
import { SessionClosedError } from "./session.ts";

export class SessionCalls {
  readonly #waiting = new Set<(error: SessionClosedError) => void>();
  #over = false;

  /** @throws SessionClosedError when the connection is gone, or goes */
  async guarded<T>(call: () => Promise<T>): Promise<T> {
    if (this.#over) throw new SessionClosedError("The session is closed");
    const { promise: end, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    try {
      return await Promise.race([call(), end]);
    } catch (error) {
      if (this.#over || isConnectionClosed(error)) throw new SessionClosedError("The connection closed");
      throw error;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /** A guarded call that asks WhatsApp something on its way. @throws RequestRefusedError when it is refused or not answered */
  async asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await this.guarded(call);
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** The session is over: whoever waits is told now. */
  end(): void {
    this.#over = true;
    for (const reject of this.#waiting) reject(new SessionClosedError("The session is closed"));
    this.#waiting.clear();
  }
}
