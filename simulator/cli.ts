/** `node simulator/cli.ts [--port N] [--control-port N] [--quiet]`: runs a simulator until it is told to stop. */
import { parseArgs } from "node:util";
import { startSimulator } from "./index.ts";

const USAGE = "usage: node simulator/cli.ts [--port N] [--control-port N] [--quiet]";

function readOptions(): { port: number; controlPort: number; quiet: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      "control-port": { type: "string", default: "0" },
      quiet: { type: "boolean", default: false },
    },
  });
  return { port: readPort(values.port), controlPort: readPort(values["control-port"]), quiet: values.quiet };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`"${text}" is not a port`);
  return port;
}

async function main(): Promise<void> {
  const { port, controlPort, quiet } = readOptions();
  const log = quiet ? () => {} : (line: string) => console.log(`[simulator] ${line}`);
  const server = await startSimulator({ port, controlPort, log });
  console.log(`WhatsApp endpoint  ${server.whatsappUrl}
Root key           ${server.rootKey}
Control            ${server.controlUrl}  (GET / lists the routes)

Settings of a gateway that talks to it:
WHATSAPP_URL=${server.whatsappUrl}
WHATSAPP_ROOT_KEY=${server.rootKey}
WHATSAPP_MEDIA_ORIGIN=${server.mediaOrigin}
`);
  const stop = () => {
    void server.stop().then(() => console.log("[simulator] stopped"));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 1;
});
