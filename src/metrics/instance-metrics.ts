/** What the Directory knows of its instances → the metrics of `GET /api/metrics`. Described in docs/monitoring.md. */
import type { ConnectionState } from "../durable/rpc.ts";
import type { InstanceMetrics, InstanceReport } from "../durable/rpc-operations.ts";
import type { Metric, Sample } from "./prometheus.ts";

const STATES: readonly ConnectionState[] = ["connected", "connecting", "disconnected"];
const REFUSED = "refused:";

/** Metrics that are one number of each instance. */
const OF_EACH: readonly (Omit<Metric, "samples"> & { read: (report: InstanceReport) => number })[] = [
  {
    name: "wasup_messages_received_total",
    type: "counter",
    help: "Messages received from people",
    read: ({ counters }) => counters.received ?? 0,
  },
  {
    name: "wasup_messages_sent_total",
    type: "counter",
    help: "Messages of ours that WhatsApp took",
    read: ({ counters }) => counters.sent ?? 0,
  },
  {
    name: "wasup_messages_failed_total",
    type: "counter",
    help: "Messages of ours that ended in an error",
    read: ({ counters }) => counters.failed ?? 0,
  },
  {
    name: "wasup_connections_total",
    type: "counter",
    help: "Logins: the first one, and every reconnect",
    read: ({ counters }) => counters.connected ?? 0,
  },
  {
    name: "wasup_deliveries_waiting",
    type: "gauge",
    help: "Deliveries to the webhook that are still to be made",
    read: ({ waiting }) => waiting,
  },
  {
    name: "wasup_deliveries_parked",
    type: "gauge",
    help: "Deliveries to the webhook that were given up",
    read: ({ parked }) => parked,
  },
];

const refusals = (report: InstanceReport): [rule: string, count: number][] =>
  Object.entries(report.counters)
    .filter(([name]) => name.startsWith(REFUSED))
    .map(([name, count]) => [name.slice(REFUSED.length), count]);

export function instanceMetrics(org: string, instances: readonly InstanceMetrics[]): Metric[] {
  const each = (samples: (instance: InstanceMetrics) => Sample[]): Sample[] => instances.flatMap(samples);
  return [
    {
      name: "wasup_instances",
      type: "gauge",
      help: "Instances by the state of their connection",
      samples: STATES.map((status) => ({
        labels: { org, status },
        value: instances.filter((instance) => instance.status === status).length,
      })),
    },
    {
      name: "wasup_instance_connected",
      type: "gauge",
      help: "1 while the instance is connected to WhatsApp",
      samples: each(({ id, status }) => [{ labels: { org, id }, value: status === "connected" ? 1 : 0 }]),
    },
    {
      name: "wasup_instance_wanted",
      type: "gauge",
      help: "1 while the instance should be connected",
      samples: each(({ id, status }) => [{ labels: { org, id }, value: status === "disconnected" ? 0 : 1 }]),
    },
    {
      name: "wasup_instance_heard_timestamp_seconds",
      type: "gauge",
      help: "When the instance last told how it fares; what is shown of it is as old",
      samples: each(({ id, heardAt }) => [{ labels: { org, id }, value: Math.floor(heardAt / 1_000) }]),
    },
    ...OF_EACH.map(({ read, ...metric }) => ({
      ...metric,
      samples: each(({ id, report }) => (report === null ? [] : [{ labels: { org, id }, value: read(report) }])),
    })),
    {
      name: "wasup_refusals_total",
      type: "counter",
      help: "Messages that a rule of number safety held back",
      samples: each(({ id, report }) =>
        report === null ? [] : refusals(report).map(([rule, value]) => ({ labels: { org, id, rule }, value })),
      ),
    },
  ];
}
