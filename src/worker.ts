/** The Worker: the API on this deployment's Durable Objects, and their classes. */
import { buildApp } from "./app.ts";
import { directoryStub, instanceStub } from "./durable/stubs.ts";

export { DirectoryObject } from "./durable/directory.ts";
export { InstanceObject } from "./durable/instance.ts";
export default buildApp({ instanceStub, directoryStub, now: Date.now, random: Math.random });
