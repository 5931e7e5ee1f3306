/**
 * What is remembered of single chats: when they wrote last, when a group was joined, who took them over, who wants no
 * messages, what is unread.
 */
export interface Unread {
  messageId: string;
  chatId: string;
  /** JID the message came under, and its author in a group. */
  address: string;
  participant: string | null;
}

type Since = { chat_id: string; since: number };
type UnreadRow = { message_id: string; chat_id: string; address: string; participant: string | null };

/** A list of chats with the time since when they are on it. */
function chatList(sql: SqlStorage, table: "handoffs" | "opt_outs") {
  return {
    /** @returns false when the chat is on the list already */
    add: (chatId: string, now: number): boolean =>
      sql.exec(`INSERT INTO ${table} (chat_id, since) VALUES (?, ?) ON CONFLICT DO NOTHING`, chatId, now).rowsWritten >
      0,
    /** @returns false when the chat was not on the list */
    remove: (chatId: string): boolean => sql.exec(`DELETE FROM ${table} WHERE chat_id = ?`, chatId).rowsWritten > 0,
    has: (chatId: string): boolean => sql.exec(`SELECT 1 FROM ${table} WHERE chat_id = ?`, chatId).toArray().length > 0,
    all: (): { chatId: string; since: number }[] =>
      sql
        .exec<Since>(`SELECT chat_id, since FROM ${table} ORDER BY since, chat_id`)
        .toArray()
        .map(({ chat_id, since }) => ({ chatId: chat_id, since })),
    rekey(from: string, to: string): void {
      sql.exec(`UPDATE OR REPLACE ${table} SET chat_id = ? WHERE chat_id = ?`, to, from);
    },
  };
}

export function chatsTable(sql: SqlStorage) {
  const handoffs = chatList(sql, "handoffs");
  const optOuts = chatList(sql, "opt_outs");
  const toUnread = (row: UnreadRow): Unread => ({
    messageId: row.message_id,
    chatId: row.chat_id,
    address: row.address,
    participant: row.participant,
  });
  return {
    handoffs,
    optOuts,

    /** Somebody wrote. */
    wrote(chatId: string, now: number): void {
      sql.exec(
        "INSERT INTO arrivals (chat_id, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
        chatId,
        now,
      );
    },
    /** Somebody wrote at that time, epoch milliseconds; what is known of later stays. */
    wroteBefore(chatId: string, at: number): void {
      sql.exec(
        "INSERT INTO arrivals (chat_id, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = MAX(at, excluded.at)",
        chatId,
        at,
      );
    },
    /** When this chat wrote last, epoch milliseconds; null = never. */
    wroteAt: (chatId: string): number | null =>
      sql.exec<{ at: number }>("SELECT at FROM arrivals WHERE chat_id = ?", chatId).toArray()[0]?.at ?? null,

    /** The number was taken into a group. @param before joins from before this time tell nothing any more */
    joined(groupId: string, at: number, before: number): void {
      sql.exec(
        "INSERT INTO group_joins (group_id, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
        groupId,
        at,
      );
      sql.exec("DELETE FROM group_joins WHERE at < ?", before);
    },
    /** The number is no stranger to a group any more, or no member. */
    settled(groupId: string): void {
      sql.exec("DELETE FROM group_joins WHERE group_id = ?", groupId);
    },
    /** When the number joined a group it is still new to, epoch milliseconds; null for all others. */
    joinedAt: (groupId: string): number | null =>
      sql.exec<{ at: number }>("SELECT at FROM group_joins WHERE group_id = ?", groupId).toArray()[0]?.at ?? null,

    /** @param dueAt epoch milliseconds; null = when the chat is opened for another message or an answer */
    addUnread({ messageId, chatId, address, participant }: Unread, dueAt: number | null): void {
      sql.exec(
        "INSERT INTO unread (message_id, chat_id, address, participant, due_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        messageId,
        chatId,
        address,
        participant,
        dueAt,
      );
    },
    /** What is due, and what was left unread in the chats that are opened for it. */
    dueUnread: (now: number): Unread[] =>
      sql
        .exec<UnreadRow>(
          `SELECT * FROM unread WHERE due_at <= ?1
             OR (due_at IS NULL AND chat_id IN (SELECT chat_id FROM unread WHERE due_at <= ?1))
           ORDER BY due_at IS NULL, due_at LIMIT 100`,
          now,
        )
        .toArray()
        .map(toUnread),
    unreadOf: (chatId: string): Unread[] =>
      sql.exec<UnreadRow>("SELECT * FROM unread WHERE chat_id = ?", chatId).toArray().map(toUnread),
    nextUnreadAt: (): number | null => sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM unread").one().at,
    dropUnread(messageIds: readonly string[]): void {
      for (const id of messageIds) sql.exec("DELETE FROM unread WHERE message_id = ?", id);
    },
    clearUnread(): void {
      sql.exec("DELETE FROM unread");
    },

    rekeyChat(from: string, to: string): void {
      handoffs.rekey(from, to);
      optOuts.rekey(from, to);
      sql.exec("UPDATE unread SET chat_id = ? WHERE chat_id = ?", to, from);
      sql.exec(
        "INSERT INTO arrivals (chat_id, at) SELECT ?, at FROM arrivals WHERE chat_id = ? " +
          "ON CONFLICT DO UPDATE SET at = MAX(at, excluded.at)",
        to,
        from,
      );
      sql.exec("DELETE FROM arrivals WHERE chat_id = ?", from);
    },
  };
}

export type ChatsTable = ReturnType<typeof chatsTable>;
