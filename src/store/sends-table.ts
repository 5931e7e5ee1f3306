/**
 * The slots of outbound messages: one row per message, from the moment its slot is promised. Every limit is counted
 * here. Slots to come count like past ones; a message that never left gives its slot back.
 */
import { SPIRAL_FROM } from "../number-safety/retry-tracker.ts";
import type { Lane } from "../number-safety/verdict.ts";

export interface Slot {
  messageId: string;
  chatId: string;
  lane: Lane;
  /** When the message leaves or left, epoch milliseconds. */
  at: number;
  /** Milliseconds of "typing…" before; 0 = none. */
  typingMs: number;
  /** What is compared to find the same text; null when repeating it is fine. */
  digest: string | null;
  /** First message ever to this chat. */
  isNew: boolean;
}

/** Which slots are counted. */
export interface SlotFilter {
  /** Only what really left, not what was promised. */
  onlyLeft?: boolean;
}

/** Which chats a count of different chats is about. */
export interface ChatFilter extends SlotFilter {
  since: number;
  digest?: string;
  onlyNew?: boolean;
}

type SlotRow = { lane: Lane; digest: string | null; is_new: number };
type At = { at: number | null };
type Count = { n: number };

export function sendsTable(sql: SqlStorage) {
  const count = (query: string, ...values: SqlStorageValue[]): number => sql.exec<Count>(query, ...values).one().n;
  const time = (query: string, ...values: SqlStorageValue[]): number | null =>
    sql.exec<At>(query, ...values).toArray()[0]?.at ?? null;
  const left = ({ onlyLeft = false }: SlotFilter): string => (onlyLeft ? "transmitted = 1" : "1");
  const chats = ({ since, digest, onlyNew, onlyLeft = false }: ChatFilter): [string, SqlStorageValue[]] => {
    const where = ["at > ?", left({ onlyLeft })];
    const values: SqlStorageValue[] = [since];
    if (digest !== undefined) {
      where.push("digest = ?");
      values.push(digest);
    }
    if (onlyNew) where.push("is_new = 1");
    return [where.join(" AND "), values];
  };

  return {
    reserve(slot: Slot): void {
      sql.exec(
        "INSERT INTO sends (message_id, chat_id, lane, at, typing_ms, digest, is_new) VALUES (?, ?, ?, ?, ?, ?, ?)",
        slot.messageId,
        slot.chatId,
        slot.lane,
        slot.at,
        slot.typingMs,
        slot.digest,
        slot.isNew ? 1 : 0,
      );
    },

    /** Gives back the slot of a message that never left. */
    release(messageId: string): void {
      sql.exec("DELETE FROM sends WHERE message_id = ? AND transmitted = 0", messageId);
    },

    /** Gives back the slot of a message that could not leave after all. */
    withdraw(messageId: string): void {
      sql.exec("DELETE FROM sends WHERE message_id = ?", messageId);
    },

    /** The message waits longer than promised. */
    postpone(messageId: string, at: number): void {
      sql.exec("UPDATE sends SET at = ? WHERE message_id = ? AND transmitted = 0", at, messageId);
    },

    transmitted(messageId: string, at: number): void {
      sql.exec("UPDATE sends SET transmitted = 1, at = ? WHERE message_id = ? AND transmitted = 0", at, messageId);
    },

    /** Somebody could not decrypt this message. @returns how often that was said */
    retried(messageId: string): number {
      const query = "UPDATE sends SET retries = retries + 1 WHERE message_id = ? RETURNING retries AS n";
      return sql.exec<Count>(query, messageId).toArray()[0]?.n ?? 0;
    },

    retries(since: number): { retries: number; spirals: number } {
      return sql
        .exec<{ retries: number; spirals: number }>(
          `SELECT COALESCE(SUM(retries), 0) AS retries, COALESCE(SUM(retries >= ?), 0) AS spirals
           FROM sends WHERE at > ?`,
          SPIRAL_FROM,
          since,
        )
        .one();
    },

    /** What was noted of a message when it got its slot; null without one. */
    find(messageId: string): Pick<Slot, "lane" | "digest" | "isNew"> | null {
      const query = "SELECT lane, digest, is_new FROM sends WHERE message_id = ?";
      const row = sql.exec<SlotRow>(query, messageId).toArray()[0];
      return row ? { lane: row.lane, digest: row.digest, isNew: row.is_new === 1 } : null;
    },

    /** Time of the n-th newest slot; null when there are fewer. */
    nthNewest: (n: number, filter: SlotFilter = {}): number | null =>
      time(`SELECT at FROM sends WHERE ${left(filter)} ORDER BY at DESC LIMIT 1 OFFSET ?`, n - 1),

    /** Last slot of the n-th newest chat other than this one; null when there are fewer, or this one is among them. */
    nthOtherChat(n: number, chatId: string, filter: ChatFilter): number | null {
      const [where, values] = chats(filter);
      if (count(`SELECT COUNT(*) AS n FROM sends WHERE ${where} AND chat_id = ?`, ...values, chatId) > 0) return null;
      return time(
        `SELECT MAX(at) AS at FROM sends WHERE ${where} GROUP BY chat_id ORDER BY at DESC LIMIT 1 OFFSET ?`,
        ...values,
        n - 1,
      );
    },

    chatsSince: (since: number): number => count("SELECT COUNT(DISTINCT chat_id) AS n FROM sends WHERE at > ?", since),
    since: (since: number): number => count("SELECT COUNT(*) AS n FROM sends WHERE at > ?", since),
    /** Slots in [from, to). */
    between: (from: number, to: number, filter: SlotFilter = {}): number =>
      count(`SELECT COUNT(*) AS n FROM sends WHERE at >= ? AND at < ? AND ${left(filter)}`, from, to),
    coldSince: (since: number, filter: SlotFilter = {}): number =>
      count(`SELECT COUNT(*) AS n FROM sends WHERE at >= ? AND lane = 'cold' AND ${left(filter)}`, since),
    waiting: (): number => count("SELECT COUNT(*) AS n FROM sends WHERE transmitted = 0"),

    /** The latest slot of this chat that is still to come. */
    chatBusyUntil: (chatId: string): number | null =>
      time("SELECT MAX(at) AS at FROM sends WHERE transmitted = 0 AND chat_id = ?", chatId),

    /** The latest slot of a lane; what left "in the future" left before the clock was set back. */
    laneLastAt: (lane: Lane, now: number): number | null =>
      time("SELECT MAX(at) AS at FROM sends WHERE lane = ? AND (transmitted = 0 OR at <= ?)", lane, now),

    rekeyChat(from: string, to: string): void {
      sql.exec("UPDATE sends SET chat_id = ? WHERE chat_id = ?", to, from);
    },

    prune(before: number): void {
      sql.exec("DELETE FROM sends WHERE transmitted = 1 AND at < ?", before);
    },

    clear(): void {
      sql.exec("DELETE FROM sends WHERE transmitted = 1");
    },
  };
}

export type SendsTable = ReturnType<typeof sendsTable>;
