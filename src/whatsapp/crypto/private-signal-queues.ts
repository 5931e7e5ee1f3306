/**
 * libsignal serialises its work per contact address in one queue for the whole program (queue_job.js). Two numbers of one
 * isolate that write to the same contact would wait for each other, and the jobs of one would run in the context of the
 * other: its key transaction, or in workerd another object's I/O, which is forbidden. Measured with two key stores in
 * one Node process, bursts to one contact: 49 of 150 messages unreadable.
 *
 * Our own lock (signal-repository.ts) makes all Signal operations of a number take turns already, so the queue is taken
 * out: ciphers run their jobs at once, and building a session gets a queue of its own each time.
 */
import * as libsignal from "libsignal";

/** What libsignal asks of the key store while it builds a session. */
interface SessionStorage {
  loadSession(address: string): Promise<unknown>;
  storeSession(address: string, record: unknown): Promise<void>;
}

interface SessionBuilder {
  addr: { id: string; toString(): string };
  storage: SessionStorage;
  initOutgoing(device: unknown): Promise<void>;
}

interface SessionCipher {
  queueJob<T>(job: () => Promise<T>): Promise<T>;
}

const { SessionBuilder, SessionCipher } = libsignal as unknown as {
  SessionBuilder: { prototype: SessionBuilder };
  SessionCipher: { prototype: SessionCipher };
};

let installed = false;
let builds = 0;

/** Takes effect for the whole isolate; safe to call again. */
export function usePrivateSignalQueues(): void {
  if (installed) return;
  installed = true;
  SessionCipher.prototype.queueJob = (job) => job();
  const { initOutgoing } = SessionBuilder.prototype;
  SessionBuilder.prototype.initOutgoing = function (this: SessionBuilder, device: unknown) {
    const { addr, storage } = this;
    const address = addr.toString();
    // The address names the queue and the stored session; only the queue is to have a name of its own.
    const queue = `${address}#${++builds}`;
    const builder = Object.create(this, {
      addr: { value: { id: addr.id, toString: () => queue } },
      storage: {
        value: Object.create(storage, {
          loadSession: { value: () => storage.loadSession(address) },
          storeSession: { value: (_queue: string, record: unknown) => storage.storeSession(address, record) },
        }),
      },
    }) as SessionBuilder;
    return initOutgoing.call(builder, device);
  };
}
