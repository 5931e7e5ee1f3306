/** The Worker: the API on this deployment's Durable Objects, and their classes. */
import { buildApp } from "./app.ts";
import { mayFailAgain } from "./durable/auth-failures.ts";
import { storageName, storageWorks } from "./durable/media-bucket.ts";
import { directoryStub, instanceStub } from "./durable/stubs.ts";

export { DirectoryObject } from "./durable/directory.ts";
export { InstanceObject } from "./durable/instance.ts";
export default buildApp({
  instanceStub,
  directoryStub,
  storageWorks,
  storageName,
  mayFailAgain,
  now: Date.now,
  random: Math.random,
});
