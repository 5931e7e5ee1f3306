/** What `cloudflare:workers` gives a test: the bindings of wrangler.toml and the exports of the Worker. */
declare namespace Cloudflare {
  interface Env extends WorkerEnv {}
  interface GlobalProps {
    mainModule: typeof import("../../../src/worker.ts");
    durableNamespaces: "InstanceObject" | "DirectoryObject";
  }
}
type WorkerEnv = import("../../../src/env.ts").Env;
