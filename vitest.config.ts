import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Files that take minutes, the longest first: begun last, they would go on alone at the end. */
const LONG = [
  "faults",
  "unreadable",
  "webhook-faults",
  "crash-points",
  "demo",
  "endings",
  "number-safety",
  "survival",
  "hostile",
  "conduct",
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
      return found < 0 ? LONG.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          environment: "node",
          // By itself vitest leaves one of two processors idle.
          pool: "threads",
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
          // Only a test that hangs takes longer, however busy the machine is: some make hundreds of slow signatures.
          testTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              // vitest hands the modules of one test file to the next in one message, larger than workerd's usual 1 MiB.
              compatibilityFlags: ["increase_websocket_message_size"],
              bindings: {
                WHATSAPP_URL: inject<string>("whatsAppUrl"),
                WHATSAPP_ROOT_KEY: inject<string>("whatsAppRootKey"),
                SIMULATOR_CONTROL_URL: inject<string>("simulatorControlUrl"),
              },
            },
          })),
        ],
        // vitest does not read [alias] of wrangler.toml: the same lines again.
        resolve: {
          alias: {
            "libsignal/src/curve.js": source("whatsapp/crypto/curve.ts"),
            ws: source("whatsapp/transport/web-socket.ts"),
            "whatsapp-rust-bridge": source("whatsapp/crypto/rust-bridge.ts"),
            sharp: source("whatsapp/transport/absent.ts"),
            "music-metadata": source("whatsapp/transport/absent.ts"),
          },
        },
        test: {
          name: "durable",
          include: ["test/durable/**/*.test.ts"],
          globalSetup: ["test/simulator/global-setup.ts"],
          // One runtime for all files: started anew for a later file, it gets the bundled Baileys in one message that is
          // too large for its socket.
          isolate: false,
          // One file at a time: a test that stops all objects would stop another file's.
          fileParallelism: false,
          setupFiles: ["test/durable/support/fresh-storage.ts"],
          // Waking by the heartbeat takes up to 30 s.
          testTimeout: 90_000,
          server: { deps: { inline: [/baileys\/lib/] } },
        },
      },
      {
        test: {
          name: "simulator",
          include: ["test/simulator/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          globalSetup: ["test/e2e/support/global-setup.ts"],
          // Each file has a gateway and a simulator of its own and spends most of its time waiting for alarms.
          maxWorkers: 4,
          // After the others: a project with a number of workers of its own has to be a group of its own.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // Reads what the end-to-end tests left, hence after them.
        test: {
          name: "traces",
          include: ["test/traces/**/*.test.ts"],
          environment: "node",
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
