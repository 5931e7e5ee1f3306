/** A client whose every path, body and answer is typed by the document: what does not fit does not compile. */
import createClient from "openapi-fetch";
import type { paths } from "../../dist/client/schema.d.ts";

/** Creates an instance, reads it, is refused, deletes it. @returns what happened, line by line */
export async function tour(baseUrl: string, apiKey: string): Promise<string[]> {
  const api = createClient<paths>({ baseUrl, headers: { "X-API-Key": apiKey } });
  const lines: string[] = [];

  const health = await api.GET("/api/health");
  lines.push(`health: ${health.data?.status ?? health.response.status}`);

  const created = await api.POST("/api/instances", { body: { id: "typed", name: "Typed client" } });
  lines.push(`created: ${created.data?.instance.id ?? created.error?.error}`);

  const params = { path: { instanceId: "typed" } };
  const connection = await api.GET("/api/instances/{instanceId}/connection", { params });
  lines.push(`connection: ${connection.data?.status ?? connection.error?.error}`);

  const sent = await api.POST("/api/instances/{instanceId}/send", {
    params,
    body: { to: "60123456789", message: "Hello" },
  });
  lines.push(`send: ${sent.error?.code ?? sent.data?.status}`);

  // @ts-expect-error a name is a text: if this compiled, the types would say nothing
  const refused = await api.PUT("/api/instances/{instanceId}", { params, body: { name: 1 } });
  lines.push(`refused: ${refused.error?.code}`);

  const deleted = await api.DELETE("/api/instances/{instanceId}", { params });
  lines.push(`deleted: ${deleted.data?.success ?? deleted.error?.error}`);
  return lines;
}
