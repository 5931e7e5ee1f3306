/** All tables of one number in one hand. */
import type { MessageLookups } from "../whatsapp/session.ts";
import { type ChatsTable, chatsTable } from "./chats-table.ts";
import { type ContactsTable, contactsTable } from "./contacts-table.ts";
import { type CountersTable, countersTable } from "./counters-table.ts";
import { type DeliveriesTable, deliveriesTable } from "./deliveries-table.ts";
import { type EventsTable, eventsTable } from "./events-table.ts";
import { type HistoryTable, historyTable } from "./history-table.ts";
import { type InstanceTable, instanceTable } from "./instance-table.ts";
import { type LogsTable, logsTable } from "./logs-table.ts";
import { type MediaTable, mediaTable } from "./media-table.ts";
import { messageLookups } from "./message-lookups.ts";
import { type MessageTargets, messageTargets } from "./message-targets.ts";
import { type MessagesTable, messagesTable } from "./messages-table.ts";
import { type PlaceholdersTable, placeholdersTable } from "./placeholders-table.ts";
import { type PreferencesTable, preferencesTable } from "./preferences-table.ts";
import { type Pruning, pruning } from "./prune.ts";
import { type ReceiptsTable, receiptsTable } from "./receipts-table.ts";
import { type SafetyTable, safetyTable } from "./safety-table.ts";
import { type SavedContactsTable, savedContactsTable } from "./saved-contacts-table.ts";
import { type SendsTable, sendsTable } from "./sends-table.ts";
import { type WebhookTable, webhookTable } from "./webhook-table.ts";

export interface Store {
  instance: InstanceTable;
  messages: MessagesTable;
  targets: MessageTargets;
  lookups: MessageLookups;
  receipts: ReceiptsTable;
  placeholders: PlaceholdersTable;
  history: HistoryTable;
  media: MediaTable;
  contacts: ContactsTable;
  savedContacts: SavedContactsTable;
  events: EventsTable;
  deliveries: DeliveriesTable;
  logs: LogsTable;
  webhook: WebhookTable;
  pruning: Pruning;
  sends: SendsTable;
  safety: SafetyTable;
  chats: ChatsTable;
  preferences: PreferencesTable;
  counters: CountersTable;
}

export function openStore(sql: SqlStorage): Store {
  const deliveries = deliveriesTable(sql);
  const contacts = contactsTable(sql);
  return {
    instance: instanceTable(sql),
    messages: messagesTable(sql),
    targets: messageTargets(sql),
    lookups: messageLookups(sql, contacts),
    receipts: receiptsTable(sql),
    placeholders: placeholdersTable(sql),
    history: historyTable(sql),
    media: mediaTable(sql),
    contacts,
    savedContacts: savedContactsTable(sql),
    events: eventsTable(sql),
    deliveries,
    logs: logsTable(sql),
    webhook: webhookTable(sql),
    pruning: pruning(sql, deliveries),
    sends: sendsTable(sql),
    safety: safetyTable(sql),
    chats: chatsTable(sql),
    preferences: preferencesTable(sql),
    counters: countersTable(sql),
  };
}
