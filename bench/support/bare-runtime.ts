/**
 * The runtime alone: workerd with the Worker, its objects on disk, and the bucket in another process. `wrangler dev` puts
 * a proxy and its simulations of the platform into the same process, which would be measured too.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface RuntimeOptions {
  /** What `buildGateway` gave. */
  bundle: string;
  /** Empty folder for the configuration and the objects' storage. */
  folder: string;
  settings: Record<string, string>;
  /** Address of the bucket, `host:port`. */
  bucket: string;
}

export interface Runtime {
  url: string;
  pid: number;
  stop: () => Promise<void>;
}

const WRANGLER = readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8");
const PATIENCE_MS = 30_000;

/** Cap'n Proto takes JSON's spelling of texts. */
const text = JSON.stringify;

/** The classes of wrangler.toml by their bindings' names; that file has nothing that would need a whole TOML parser. */
const objects = [...WRANGLER.matchAll(/durable_objects\.bindings\]\]\s+name = "(\w+)"\s+class_name = "(\w+)"/g)];

function configuration({ settings, bucket }: RuntimeOptions): string {
  const date = /^compatibility_date = "(.*)"/m.exec(WRANGLER)?.[1];
  const classes = objects.map(([, , name]) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`);
  const bindings = [
    `(name = "MEDIA", r2Bucket = "bucket")`,
    ...objects.map(([, binding, name]) => `(name = "${binding}", durableObjectNamespace = "${name}")`),
    ...Object.entries(settings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "worker.js")],
      compatibilityDate = "${date}",
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
);
`;
}

/** Where the platform's own package keeps the program. */
function program(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("wrangler/package.json"));
  return join(dirname(require.resolve("workerd/package.json")), "bin", "workerd");
}

export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { folder, bundle } = options;
  await mkdir(join(folder, "state"), { recursive: true });
  await copyFile(bundle, join(folder, "worker.js"));
  await writeFile(join(folder, "config.capnp"), configuration(options));
  const child = spawn(program(), ["serve", "config.capnp", "--experimental", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The runtime did not start.\n${errors}`)), PATIENCE_MS);
    void ended.then(() => reject(new Error(`The runtime ended.\n${errors}`)));
    // It tells on this pipe which port it took: {"event":"listen","socket":"http","port":1234}
    child.stdio[3]?.on("data", (chunk: Buffer) => {
      const found = /"port":(\d+)/.exec(chunk.toString())?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
