/** What the number-safety rules remember besides the slots: settings, state, grave events, and alerts on their way. */
import type { NewChatCap, ReachOutLock, SafetyRisk, StoredSafetyConfig } from "../durable/rpc-safety.ts";
import type { AutoPause, RiskEvent, RiskKind } from "../number-safety/health.ts";
import type { WarmUpState } from "../number-safety/warm-up.ts";

export interface SafetyState {
  /** Somebody paused sending. */
  isPaused: boolean;
  autoPause: AutoPause;
  /** The risk that was reported last, and the one the last alert told of, with its time (epoch milliseconds). */
  risk: SafetyRisk;
  alerted: { risk: SafetyRisk; at: number | null };
  /** Digits of the phone this is about; null until the first connect. */
  phone: string | null;
  /** Null until the first connect. */
  warmUp: WarmUpState | null;
  lock: ReachOutLock | null;
  cap: NewChatCap | null;
  /** First messages rest until then, epoch milliseconds; null = no pause was taken yet. */
  restingUntil: number | null;
  /** Times of messages that could not be decrypted, the newest few, epoch milliseconds. */
  undecryptable: number[];
}

export const UNTROUBLED: SafetyState = {
  isPaused: false,
  autoPause: { active: false, calmSince: null },
  risk: "low",
  alerted: { risk: "low", at: null },
  phone: null,
  warmUp: null,
  lock: null,
  cap: null,
  restingUntil: null,
  undecryptable: [],
};

export interface Alert {
  id: number;
  url: string;
  body: string;
  attempts: number;
}

type Row = { config: string; state: string };

export function safetyTable(sql: SqlStorage) {
  const read = (): Row | undefined => sql.exec<Row>("SELECT config, state FROM safety WHERE id = 1").toArray()[0];
  const write = (config: StoredSafetyConfig, state: SafetyState): void => {
    sql.exec(
      "INSERT INTO safety (id, config, state) VALUES (1, ?, ?) " +
        "ON CONFLICT DO UPDATE SET config = excluded.config, state = excluded.state",
      JSON.stringify(config),
      JSON.stringify(state),
    );
  };
  const load = (): { config: StoredSafetyConfig; state: SafetyState } => {
    const row = read();
    return row ? { config: JSON.parse(row.config), state: JSON.parse(row.state) } : { config: {}, state: UNTROUBLED };
  };

  return {
    load,
    saveConfig: (config: StoredSafetyConfig): void => write(config, load().state),
    saveState: (state: SafetyState): void => write(load().config, state),

    addEvent(kind: RiskKind, at: number): void {
      sql.exec("INSERT INTO risk_events (kind, at) VALUES (?, ?)", kind, at);
    },
    events: (since: number): RiskEvent[] =>
      sql.exec<{ kind: RiskKind; at: number }>("SELECT kind, at FROM risk_events WHERE at > ?", since).toArray(),
    pruneEvents(before: number): void {
      sql.exec("DELETE FROM risk_events WHERE at < ?", before);
    },

    addAlert(url: string, body: string, dueAt: number): void {
      sql.exec("INSERT INTO alerts (url, body, due_at) VALUES (?, ?, ?)", url, body, dueAt);
    },
    dueAlerts: (now: number): Alert[] =>
      sql
        .exec<{ id: number; url: string; body: string; attempts: number }>(
          "SELECT id, url, body, attempts FROM alerts WHERE due_at <= ? ORDER BY id",
          now,
        )
        .toArray(),
    nextAlertAt: (): number | null => sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM alerts").one().at,
    /** An attempt begins: should the object stop meanwhile, the alert is due again then. */
    attemptAlert(id: number, dueAt: number): void {
      sql.exec("UPDATE alerts SET attempts = attempts + 1, due_at = ? WHERE id = ?", dueAt, id);
    },
    /** The alerts on their way go there from here on; null: nowhere. */
    readdressAlerts(url: string | null): void {
      if (url === null) sql.exec("DELETE FROM alerts");
      else sql.exec("UPDATE alerts SET url = ?", url);
    },
    dropAlert(id: number): void {
      sql.exec("DELETE FROM alerts WHERE id = ?", id);
    },
    clearHistory(): void {
      sql.exec("DELETE FROM risk_events");
      sql.exec("DELETE FROM alerts");
    },
  };
}

export type SafetyTable = ReturnType<typeof safetyTable>;
