/**
 * The only place that names Durable Objects. A name is built from validated parts, the org always from the caller's
 * key: a key of one organisation cannot spell the name of another one's object. Names carry no phone number, because
 * object ids show up in the platform's logs.
 */
import type { Env } from "../env.ts";
import { INSTANCE_ID, ORG_ID } from "../schemas/common.ts";
import type { DirectoryRpc, InstanceRpc } from "./rpc.ts";
import type { RegistryRpc } from "./rpc-operations.ts";

/** There is one of its class. */
const REGISTRY_NAME = "organisations";

/** `org/instance`, or a thrown error: callers validate first, so a bad part here is a bug and must not name anything. */
export function instanceName(orgId: string, instanceId: string): string {
  if (!ORG_ID.test(orgId) || !INSTANCE_ID.test(instanceId)) throw new Error("instanceName: invalid org or instance id");
  return `${orgId}/${instanceId}`;
}

/** The object of one number. */
export function instanceStub(env: Env, orgId: string, instanceId: string): InstanceRpc {
  return env.INSTANCES.getByName(instanceName(orgId, instanceId)) as unknown as InstanceRpc;
}

/** The object that knows the organisations. */
export function registryStub(env: Env): RegistryRpc {
  return env.REGISTRY.getByName(REGISTRY_NAME) as unknown as RegistryRpc;
}

/** The object of one organisation. */
export function directoryStub(env: Env, orgId: string): DirectoryRpc {
  if (!ORG_ID.test(orgId)) throw new Error("directoryStub: invalid org id");
  return env.DIRECTORIES.getByName(orgId) as unknown as DirectoryRpc;
}
