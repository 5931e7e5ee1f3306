/** A linked session on its way between deployments, and the calls that give and take one. */
import type { Result } from "../errors.ts";
import type { InstanceView } from "./rpc.ts";

/**
 * All that makes a linked device: whoever has it is the device. JSON texts are Baileys' own forms, bytes in them are
 * `{ "type": "Buffer", "data": "<base64>" }`.
 */
export interface SessionCopy {
  /** Baileys' credentials, JSON. */
  credentials: string;
  /** One Signal or app-state key each; types and ids are Baileys', `value` is JSON. */
  keys: { type: string; id: string; value: string }[];
  /** Devices of contacts, as WhatsApp told them; JSON and epoch milliseconds. Left out, they are asked for again. */
  deviceLists: { user: string; devices: string; fetchedAt: number }[];
}

/** A session that is given away: what an import can take. */
export interface GivenSession extends SessionCopy {
  /** Signal sessions left out because not all fit; WhatsApp's clients make them anew with the next message. */
  omitted: number;
}

export interface SessionRpc {
  /** A copy of the linked session; `wrong_state` while it is connected or connecting, or nothing is linked. */
  exportSession(orgId: string): Promise<Result<GivenSession>>;
  /** `wrong_state` when `importSession` would be refused for the state the instance is in: asked before the work is done. */
  mayImportSession(orgId: string, options: { replace: boolean }): Promise<Result<null>>;
  /**
   * Takes a session over, all of it or nothing; `wrong_state` while connected or connecting, and, without `replace`,
   * when a device is linked already. Stays disconnected.
   */
  importSession(
    orgId: string,
    copy: SessionCopy,
    options: { phone: string; lid: string | null; replace: boolean },
  ): Promise<Result<InstanceView>>;
}
