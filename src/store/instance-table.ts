/** The one row that says who this number is and how its connection stands. */
import type { AntiBanSettings, BehaviorSettings, LastDisconnect, PendingProfile } from "../durable/rpc.ts";

export interface Profile {
  orgId: string;
  instanceId: string;
  name: string;
  webhookUrl: string | null;
  behaviorSettings: BehaviorSettings;
  antiBanSettings: AntiBanSettings;
  /** Whether the phone's history is taken at the first link; not, when left out. */
  syncHistory?: boolean;
  /** What is to be set on WhatsApp as soon as the number is connected; empty when nothing is. */
  pendingProfile?: PendingProfile;
  /** Where this deployment was called when the instance was created: the base of its links. */
  origin?: string;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Set by a delete that is under way; it is finished even if the object is stopped in the middle. */
  removing: boolean;
}

/** How a number that has no credentials is being linked. */
export interface Linking {
  mode: "qr" | "code";
  /** Digits; only with `code`. */
  phone: string | null;
  /** Epoch milliseconds after which a lost connection is not opened again for this attempt. */
  deadline: number;
}

export interface Connection {
  /** `waiting` = lost, next attempt at `retryAt`. */
  phase: "idle" | "opening" | "online" | "waiting";
  /** Grows with each session; a session whose epoch is not this one closes itself and writes nothing. */
  epoch: number;
  /** Failed attempts in a row. */
  attempt: number;
  /** Epoch milliseconds. */
  retryAt: number | null;
  linking: Linking | null;
  /** True from the moment WhatsApp accepted this device until its credentials are wiped. */
  linked: boolean;
  /** Digits of the linked phone, kept while disconnected. */
  phone: string | null;
  lid: string | null;
  /** Epoch milliseconds. */
  connectedAt: number | null;
  lastDisconnect: LastDisconnect | null;
  /** The version of WhatsApp Web that WhatsApp refused as outdated; the number connects again once another is claimed. */
  refusedVersion?: string | null;
}

export interface InstanceState {
  profile: Profile;
  connection: Connection;
}

type Row = { profile: string; connection: string; revision: number; pushed_revision: number };

export function instanceTable(sql: SqlStorage) {
  const read = (): Row | undefined =>
    sql.exec<Row>("SELECT profile, connection, revision, pushed_revision FROM instance WHERE id = 1").toArray()[0];

  return {
    /** Null when this object was never created through the API. */
    load(): InstanceState | null {
      const row = read();
      return row ? { profile: JSON.parse(row.profile), connection: JSON.parse(row.connection) } : null;
    },

    /**
     * Writes the state under a new revision. Revisions are times, so that an instance made anew under an old id starts
     * above the revisions of the one before.
     */
    save({ profile, connection }: InstanceState, now: number): void {
      sql.exec(
        `INSERT INTO instance (id, profile, connection, revision) VALUES (1, ?, ?, ?)
         ON CONFLICT DO UPDATE SET profile = excluded.profile, connection = excluded.connection,
           revision = MAX(revision + 1, excluded.revision)`,
        JSON.stringify(profile),
        JSON.stringify(connection),
        now,
      );
    },

    /** The revision to be told to the Directory, or null when it knows the newest. */
    unpushedRevision(): number | null {
      const row = read();
      return row && row.revision > row.pushed_revision ? row.revision : null;
    },

    pushed(revision: number): void {
      sql.exec("UPDATE instance SET pushed_revision = MAX(pushed_revision, ?) WHERE id = 1", revision);
    },
  };
}

export type InstanceTable = ReturnType<typeof instanceTable>;
