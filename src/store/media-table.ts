/**
 * The files of messages. A received one is `pending` until it is stored in the bucket (`due_at` says when to try), or
 * `failed` when that will never be.
 */
import type { MediaView } from "../durable/rpc.ts";
import type { RemoteFile } from "../whatsapp/session.ts";
import type { NewMessage } from "./messages-table.ts";

/** Ids are chosen by senders: only with its chat and side an id names one message. */
export type MessageKey = Pick<NewMessage, "id" | "chatId" | "direction">;

export interface NewMedia {
  id: string;
  /** A stored message. */
  message: MessageKey;
  /** Key in the bucket. */
  key: string;
  /** Path of the public link; null until the file is stored. */
  link: string | null;
  status: "pending" | "stored" | "failed";
  file: RemoteFile;
  /** Epoch milliseconds. */
  dueAt: number;
}

export interface MediaRow extends Omit<NewMedia, "message"> {
  messageId: string;
  direction: "inbound" | "outbound";
  attempts: number;
  /** The event that told of the message. */
  eventSeq: number | null;
}

type Row = {
  id: string;
  message_id: string;
  direction: "inbound" | "outbound";
  key: string;
  link: string | null;
  status: "pending" | "stored" | "failed";
  attempts: number;
  due_at: number;
  event_seq: number | null;
  file: string;
};

const toMedia = (row: Row): MediaRow => ({
  id: row.id,
  messageId: row.message_id,
  direction: row.direction,
  key: row.key,
  link: row.link,
  status: row.status,
  attempts: row.attempts,
  dueAt: row.due_at,
  eventSeq: row.event_seq,
  file: JSON.parse(row.file),
});

/** What the API shows: nothing of keys and places at WhatsApp. */
export function mediaView({ id, link, status, attempts, file }: MediaRow): MediaView {
  const { mimeType, size, fileSha256: sha256, fileName, seconds, width, height } = file;
  // A file that is tried again is not there: for the receiver it has failed so far.
  const shown = status === "pending" && attempts > 0 ? "failed" : status;
  const hex = Buffer.from(sha256, "base64").toString("hex");
  return { id, link, status: shown, mimeType, size, sha256: hex, fileName, seconds, width, height };
}

const SEQ_OF_MESSAGE = "(SELECT seq FROM messages WHERE id = ? AND chat_id = ? AND direction = ?)";
const COLUMNS = "id, message_id, direction, key, link, status, attempts, due_at, event_seq, file";

export function mediaTable(sql: SqlStorage) {
  const one = (where: string, ...values: SqlStorageValue[]): MediaRow | null => {
    const row = sql.exec<Row>(`SELECT ${COLUMNS} FROM media WHERE ${where} LIMIT 1`, ...values).toArray()[0];
    return row ? toMedia(row) : null;
  };
  return {
    insert(media: NewMedia): void {
      const { id, chatId, direction } = media.message;
      sql.exec(
        `INSERT INTO media (id, message_id, direction, message_seq, key, link, status, due_at, file)
         VALUES (?, ?, ?, ${SEQ_OF_MESSAGE}, ?, ?, ?, ?, ?)`,
        media.id,
        id,
        direction,
        id,
        chatId,
        direction,
        media.key,
        media.link,
        media.status,
        media.dueAt,
        JSON.stringify(media.file),
      );
    },

    /** Which event told of the file's message. */
    toldBy(id: string, eventSeq: number): void {
      sql.exec("UPDATE media SET event_seq = ? WHERE id = ?", eventSeq, id);
    },

    get: (id: string): MediaRow | null => one("id = ?", id),

    ofMessage: ({ id, chatId, direction }: MessageKey): MediaRow | null =>
      one(`message_seq = ${SEQ_OF_MESSAGE}`, id, chatId, direction),

    /** Files that are to be fetched now, oldest first. */
    due(now: number, limit: number): MediaRow[] {
      return sql
        .exec<Row>(
          `SELECT ${COLUMNS} FROM media WHERE status = 'pending' AND due_at <= ? ORDER BY due_at LIMIT ?`,
          now,
          limit,
        )
        .toArray()
        .map(toMedia);
    },

    /** When the next file is to be fetched; null when none is. */
    nextDueAt(): number | null {
      return sql.exec<{ next: number | null }>("SELECT MIN(due_at) AS next FROM media WHERE status = 'pending'").one()
        .next;
    },

    stored(id: string, link: string | null): void {
      sql.exec("UPDATE media SET status = 'stored', link = ?, attempts = attempts + 1 WHERE id = ?", link, id);
    },

    failed(id: string): void {
      sql.exec("UPDATE media SET status = 'failed', attempts = attempts + 1 WHERE id = ?", id);
    },

    retryAt(id: string, dueAt: number): void {
      sql.exec("UPDATE media SET status = 'pending', due_at = ?, attempts = attempts + 1 WHERE id = ?", dueAt, id);
    },

    /** Files whose messages are no longer kept. */
    orphans(limit: number): { id: string; key: string }[] {
      return sql
        .exec<{ id: string; key: string }>(
          "SELECT id, key FROM media WHERE NOT EXISTS (SELECT 1 FROM messages WHERE seq = message_seq) LIMIT ?",
          limit,
        )
        .toArray();
    },

    /** Those of these ids that are there. */
    known(ids: readonly string[]): string[] {
      const query = "SELECT id FROM media WHERE id IN (SELECT value FROM json_each(?))";
      return sql
        .exec<{ id: string }>(query, JSON.stringify(ids))
        .toArray()
        .map(({ id }) => id);
    },

    remove(ids: readonly string[]): void {
      sql.exec("DELETE FROM media WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
    },

    /** Its sender's phone uploaded it again, to another place. */
    movedTo(id: string, directPath: string): void {
      sql.exec("UPDATE media SET file = json_set(file, '$.directPath', ?) WHERE id = ?", directPath, id);
    },
  };
}

export type MediaTable = ReturnType<typeof mediaTable>;
