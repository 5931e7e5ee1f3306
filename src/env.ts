/** What the platform binds to the Worker and its Durable Objects; the settings among it are read by `readSettings`. */
import type { DirectoryObject } from "./durable/directory.ts";
import type { InstanceObject } from "./durable/instance.ts";
import type { RegistryObject } from "./durable/registry.ts";
import type { SettingsSource } from "./settings.ts";

export { readSettings, type Settings, type WhatsAppEndpoint, whatsAppEndpoint } from "./settings.ts";

/** The bindings of wrangler.toml and the optional settings. */
export interface Env extends SettingsSource {
  /** One object per number, named `org/instance`. */
  INSTANCES: DurableObjectNamespace<InstanceObject>;
  /** One object per organisation. */
  DIRECTORIES: DurableObjectNamespace<DirectoryObject>;
  /** One object that lists the organisations. */
  REGISTRY: DurableObjectNamespace<RegistryObject>;
  /** Received and uploaded media. */
  MEDIA: R2Bucket;
  /** Name of that bucket, which a binding does not tell. */
  MEDIA_BUCKET?: string;
  /** Counts failed authentications by address; absent = they are not counted. */
  AUTH_FAILURES?: RateLimit;
}
