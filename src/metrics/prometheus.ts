/** Metrics as Prometheus reads them: text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */

export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

export interface Metric {
  name: string;
  type: "counter" | "gauge";
  /** One line for people. */
  help: string;
  samples: readonly Sample[];
}

export const PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

const escapedHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapedLabel = (text: string): string => escapedHelp(text).replaceAll('"', '\\"');

function line(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapedLabel(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

/** Metrics without a sample are shown too: that there is nothing to count is told by their names. */
export function prometheusText(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, type, help, samples }) => [
    `# HELP ${name} ${escapedHelp(help)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map((sample) => line(name, sample)),
  ]);
  return `${lines.join("\n")}\n`;
}
