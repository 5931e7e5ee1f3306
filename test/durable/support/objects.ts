/** The real objects, as tests reach them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { CreateInstance, InstanceSummary } from "../../../src/durable/rpc.ts";
import { instanceName } from "../../../src/durable/stubs.ts";
import type { Result } from "../../../src/errors.ts";

export const ORG = "default";

export const instanceOf = (id: string, org = ORG) => env.INSTANCES.getByName(instanceName(org, id));
export const directoryOf = (org = ORG) => env.DIRECTORIES.getByName(org);

export const creation = (instanceId: string, fields: Partial<CreateInstance> = {}): CreateInstance => ({
  orgId: ORG,
  instanceId,
  name: instanceId,
  webhookUrl: null,
  behaviorSettings: {},
  antiBanSettings: {},
  ...fields,
});

/** What a number that was created and never linked tells its Directory. */
export const summary = (id: string, fields: Partial<InstanceSummary> = {}): InstanceSummary => ({
  id,
  name: id,
  status: "disconnected",
  connectedPhone: null,
  connectedAt: null,
  linked: false,
  lastDisconnect: null,
  webhookUrl: null,
  behaviorSettings: {},
  antiBanSettings: {},
  syncHistory: false,
  createdAt: "2026-11-01T12:00:00.000Z",
  revision: 1,
  ...fields,
});

/** Creates an instance and gives its stub. */
export async function created(id: string, fields: Partial<CreateInstance> = {}) {
  const stub = instanceOf(id, fields.orgId);
  granted(await stub.initialise(creation(id, fields)));
  return stub;
}

/** The value of a call that must not be refused. */
export function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The code of a call that must be refused. */
export function refusal(result: Result<unknown>): string {
  if (result.ok) throw new Error(`Not refused: ${JSON.stringify(result.value)}`);
  return result.error.code;
}

/** What an object keeps: the names of its tables, its alarm and the number of its keys and values. */
export function kept(stub: DurableObjectStub): Promise<{ tables: string[]; alarm: number | null; values: number }> {
  return runInDurableObject(stub, async (_, { storage }) => ({
    tables: storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '~_cf~_%' ESCAPE '~'",
      )
      .toArray()
      .map(({ name }) => name),
    alarm: await storage.getAlarm(),
    values: (await storage.list()).size,
  }));
}

export const NOTHING = { tables: [], alarm: null, values: 0 };

/** The ids of an organisation's list. */
export async function listed(org = ORG): Promise<string[]> {
  const { instances } = await directoryOf(org).list({ limit: 1_000 });
  return instances.map(({ id }: InstanceSummary) => id);
}
