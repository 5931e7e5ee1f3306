import { describe, expect, test } from "vitest";
import type { InstanceMetrics } from "../../../src/durable/rpc-operations.ts";
import { instanceMetrics } from "../../../src/metrics/instance-metrics.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { api } from "../api/support.ts";

const CLINIC: InstanceMetrics = {
  id: "clinic",
  status: "connected",
  heardAt: 1_795_000_000_500,
  report: {
    counters: { received: 7, sent: 5, failed: 1, connected: 3, "refused:identical": 2, "refused:new_chats": 4 },
    waiting: 6,
    parked: 8,
  },
};
const SILENT: InstanceMetrics = { id: "silent", status: "connecting", heardAt: 0, report: null };

const valuesOf = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("the metrics of an organisation", () => {
  test("are these", () => {
    expect(valuesOf(prometheusText(instanceMetrics("acme", [CLINIC, SILENT])))).toEqual([
      'wasup_instances{org="acme",status="connected"} 1',
      'wasup_instances{org="acme",status="connecting"} 1',
      'wasup_instances{org="acme",status="disconnected"} 0',
      'wasup_instance_connected{org="acme",id="clinic"} 1',
      'wasup_instance_connected{org="acme",id="silent"} 0',
      'wasup_instance_wanted{org="acme",id="clinic"} 1',
      'wasup_instance_wanted{org="acme",id="silent"} 1',
      'wasup_instance_heard_timestamp_seconds{org="acme",id="clinic"} 1795000000',
      'wasup_instance_heard_timestamp_seconds{org="acme",id="silent"} 0',
      'wasup_messages_received_total{org="acme",id="clinic"} 7',
      'wasup_messages_sent_total{org="acme",id="clinic"} 5',
      'wasup_messages_failed_total{org="acme",id="clinic"} 1',
      'wasup_connections_total{org="acme",id="clinic"} 3',
      'wasup_deliveries_waiting{org="acme",id="clinic"} 6',
      'wasup_deliveries_parked{org="acme",id="clinic"} 8',
      'wasup_refusals_total{org="acme",id="clinic",rule="identical"} 2',
      'wasup_refusals_total{org="acme",id="clinic",rule="new_chats"} 4',
    ]);
  });

  test("say of each what it is, once and before its values", () => {
    const lines = prometheusText(instanceMetrics("acme", [CLINIC, SILENT])).split("\n");
    const names = new Set(valuesOf(lines.join("\n")).map((line) => /^\w+/.exec(line)?.[0] ?? ""));
    for (const name of names) {
      const about = lines.filter((line) => line.startsWith(`# HELP ${name} `) || line.startsWith(`# TYPE ${name} `));
      expect(about).toHaveLength(2);
      const type = name.endsWith("_total") ? "counter" : "gauge";
      const at = lines.indexOf(`# TYPE ${name} ${type}`);
      expect(at).toBeGreaterThan(0);
      expect(lines.findIndex((line) => line.startsWith(`${name}{`))).toBeGreaterThan(at);
    }
    expect(lines.at(-1)).toBe("");
  });

  test("escape what would break a line", () => {
    const text = prometheusText([
      { name: "m", type: "gauge", help: "a\\b\nc", samples: [{ labels: { l: 'q"u\\o\nte' }, value: 1.5 }] },
    ]);
    expect(text).toBe('# HELP m a\\\\b\\nc\n# TYPE m gauge\nm{l="q\\"u\\\\o\\nte"} 1.5\n');
  });
});

describe("GET /api/metrics", () => {
  const KEY = `wsk_acme_k12345678901_${"s".repeat(43)}`;
  const world = (instances: string[] | null) => {
    const asked: unknown[] = [];
    const { call } = api({
      env: { API_KEY: "administrator" },
      directory: {
        checkKey: async () => ({ scopes: ["read" as const], instances, expiresAt: null }),
        metrics: async (query) => {
          asked.push(query);
          return [CLINIC];
        },
      },
    });
    return { asked, answer: () => call("GET /api/metrics", { headers: { "X-API-Key": KEY } }) };
  };

  test("answers in the text format, for the organisation of the key", async () => {
    const { answer, asked } = world(null);
    const { status, headers, body } = await answer();
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(body).toContain('wasup_instance_connected{org="acme",id="clinic"} 1\n');
    expect(asked).toEqual([{}]);
  });

  test("asks only for the instances a key is narrowed to", async () => {
    const { answer, asked } = world(["clinic"]);
    expect((await answer()).status).toBe(200);
    expect(asked).toEqual([{ ids: ["clinic"] }]);
  });
});
