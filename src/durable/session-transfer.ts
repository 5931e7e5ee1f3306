/** Gives a number's linked session away, and takes one over: only while nothing is connected, and as a whole. */
import { imported } from "../connection/connection-state.ts";
import { ok, type Result, refuse } from "../errors.ts";
import { LIMITS } from "../schemas/limits.ts";
import type { Connection } from "../store/instance-table.ts";
import type { LogsTable } from "../store/logs-table.ts";
import { hasLinkedCredentials } from "../whatsapp/auth/auth-store.ts";
import { readAuth, replaceAuth } from "../whatsapp/auth/session-copy.ts";
import type { GivenSession, SessionCopy } from "./rpc-session.ts";

interface TransferDeps {
  storage: DurableObjectStorage;
  connection: () => Connection;
  /** Stores the connection and tells those who want to know. */
  save: (connection: Connection) => void;
  logs: LogsTable;
  now: () => number;
}

const STILL_RUNNING = {
  hint: "Disconnect it first (POST …/disconnect, without revoke), and leave it disconnected: two copies of a session throw each other out",
};

export class SessionTransfer {
  readonly #deps: TransferDeps;

  constructor(deps: TransferDeps) {
    this.#deps = deps;
  }

  /** @see SessionRpc.exportSession */
  give(): Result<GivenSession> {
    const { storage, connection, logs, now } = this.#deps;
    if (connection().phase !== "idle") {
      return refuse("wrong_state", "The instance is connected or connecting.", STILL_RUNNING);
    }
    if (!hasLinkedCredentials(storage.sql)) {
      return refuse("wrong_state", "No device is linked: there is no session to export.");
    }
    const session = readAuth(storage, LIMITS.exportedKeyCharacters);
    logs.add("warning", "The session was exported; whoever has the copy and its passphrase can be this number", now());
    return ok(session);
  }

  /** @see SessionRpc.mayImportSession */
  mayTake(replace: boolean): Result<null> {
    const { storage, connection } = this.#deps;
    if (connection().phase !== "idle") {
      return refuse("wrong_state", "The instance is connected or connecting.", STILL_RUNNING);
    }
    if (hasLinkedCredentials(storage.sql) && !replace) {
      return refuse("wrong_state", "A device is linked to this instance already.", {
        hint: "Import into a new instance, or send replace: true to forget the linked device",
      });
    }
    return ok(null);
  }

  /** @see SessionRpc.importSession */
  take(
    copy: SessionCopy,
    { phone, lid, replace }: { phone: string; lid: string | null; replace: boolean },
  ): Result<null> {
    const { storage, connection, save, logs, now } = this.#deps;
    const allowed = this.mayTake(replace);
    if (!allowed.ok) return allowed;
    // Nothing is awaited between these: they are one commit.
    replaceAuth(storage, copy);
    save(imported(connection(), { phone, lid }));
    logs.add("success", `A session was imported for ${phone}; connect uses it`, now());
    return ok(null);
  }
}
