/**
 * The runtime alone: workerd with the Worker, its objects on disk, and the bucket in another process. `wrangler dev` puts
 * a proxy before it, which gives answers of its own, and its simulations of the platform into the same process. Of what
 * wrangler.toml says, only the cron trigger is missing: nothing calls it here, and nothing does under `wrangler dev`.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { GatewayProcess } from "./gateway-process.ts";
import { endGroup, startGroup } from "./process-group.ts";
import { RATE_LIMIT_MODULE } from "./rate-limit-module.ts";
import { readWorkerConfig } from "./wrangler-config.ts";

export interface RuntimeOptions {
  /** What `buildGateway` gave. */
  bundle: string;
  /** Folder for the configuration and, in `state`, the objects' storage. */
  folder: string;
  settings: Record<string, string>;
  /** Address of the bucket, `host:port`. */
  bucket: string;
  /** For V8, such as `--max-heap-size=100`. */
  v8Flags?: string[];
}

export interface Runtime extends GatewayProcess {
  readonly pid: number;
}

const PATIENCE_MS = 30_000;

/** Cap'n Proto takes JSON's spelling of texts. */
const text = JSON.stringify;

function configuration({ settings, bucket, v8Flags = [] }: RuntimeOptions): string {
  const { compatibilityDate, objects, buckets, rateLimits, vars } = readWorkerConfig();
  const classes = objects.map(
    ({ className }) => `(className = "${className}", uniqueKey = "${className}", enableSql = true)`,
  );
  const bindings = [
    ...buckets.map((name) => `(name = "${name}", r2Bucket = "bucket")`),
    ...objects.map(({ name, className }) => `(name = "${name}", durableObjectNamespace = "${className}")`),
    ...rateLimits.map(({ name, limit, period }) => {
      const inner = `(name = "limit", json = "${limit}"), (name = "period", json = "${period}")`;
      return `(name = "${name}", wrapped = (moduleName = "wasup:rate-limit", innerBindings = [${inner}]))`;
    }),
    ...Object.entries({ ...vars, ...settings }).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "${compatibilityDate}",
      bindings = [${bindings.join(", ")}],
      durableObjectNamespaces = [${classes.join(", ")}],
      durableObjectStorage = (localDisk = "state"),
      globalOutbound = "network",
    )),
    (name = "state", disk = (path = "state", writable = true)),
    (name = "bucket", external = (address = "${bucket}", http = ())),
    (name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  extensions = [(modules = [(name = "wasup:rate-limit", internal = true, esModule = ${text(RATE_LIMIT_MODULE)})])],
  v8Flags = [${v8Flags.map((flag) => text(flag)).join(", ")}],
);
`;
}

/** Where the platform's own package keeps the program. */
function program(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("wrangler/package.json"));
  return join(dirname(require.resolve("workerd/package.json")), "bin", "workerd");
}

/** Can be started again on the same folder. @throws with the output when it does not come up */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { folder, bundle } = options;
  await mkdir(join(folder, "state"), { recursive: true });
  await copyFile(bundle, join(folder, "worker.js"));
  await writeFile(join(folder, "config.capnp"), configuration(options));
  const args = ["serve", "config.capnp", "--experimental", "--control-fd=3"];
  const child = startGroup(program(), args, { cwd: folder, pipes: 1 });
  let output = "";
  const read = (chunk: Buffer): void => {
    output += chunk.toString("utf8");
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The runtime did not start.\n${output}`)), PATIENCE_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`The runtime ended.\n${output}`));
    });
    // It tells on this pipe which port it took: {"event":"listen","socket":"http","port":1234}
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      const found = /"port":(\d+)/.exec(chunk.toString())?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    });
  }).catch(async (error: unknown) => {
    await endGroup(child, "SIGKILL");
    throw error;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => endGroup(child, "SIGTERM"),
    kill: () => endGroup(child, "SIGKILL"),
  };
}
