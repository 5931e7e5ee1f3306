/** All tables of one number in one hand. */
import { type ContactsTable, contactsTable } from "./contacts-table.ts";
import { type DeliveriesTable, deliveriesTable } from "./deliveries-table.ts";
import { type EventsTable, eventsTable } from "./events-table.ts";
import { type InstanceTable, instanceTable } from "./instance-table.ts";
import { type LogsTable, logsTable } from "./logs-table.ts";
import { type MessagesTable, messagesTable } from "./messages-table.ts";

export interface Store {
  instance: InstanceTable;
  messages: MessagesTable;
  contacts: ContactsTable;
  events: EventsTable;
  deliveries: DeliveriesTable;
  logs: LogsTable;
}

export function openStore(sql: SqlStorage): Store {
  return {
    instance: instanceTable(sql),
    messages: messagesTable(sql),
    contacts: contactsTable(sql),
    events: eventsTable(sql),
    deliveries: deliveriesTable(sql),
    logs: logsTable(sql),
  };
}
