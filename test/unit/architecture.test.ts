import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cycles, type ImportRules, importsOf, violations } from "../support/import-rules.ts";

/**
 * Which part may import which. `whatsapp` is what the folder shows to the rest: its types, identities, the tables of
 * disconnect reasons and of waits, what composes messages, and the stored credentials; `whatsapp-inside` is Baileys and all that
 * touches it, which only the number's object opens.
 */
const CORE = ["store", "whatsapp"];
const ARROWS = {
  worker: ["app", "durable", "stubs", "env", "media", "link-preview", "net"],
  app: ["reference", "openapi", "routes", "middleware", "schemas", "settings"],
  openapi: ["middleware"],
  reference: ["middleware"],
  routes: ["middleware", "schemas", "qr", "media", "session-transfer", "metrics"],
  "session-transfer": ["whatsapp"],
  metrics: [],
  middleware: ["schemas", "settings", "log", "idempotency", "media"],
  schemas: [],
  net: ["schemas", "settings"],
  media: ["net", "pictures", "settings", "events", ...CORE],
  "link-preview": ["net", "pictures"],
  pictures: [],
  qr: [],
  settings: ["schemas"],
  env: ["settings", "durable"],
  stubs: ["env", "schemas"],
  durable: [
    "profile",
    "media",
    "directory",
    "idempotency",
    "stubs",
    "env",
    "log",
    "connection",
    "sending",
    "inbound",
    "events",
    "guard",
    "handoff",
    "number-safety",
    "whatsapp-inside",
    "net",
    "schemas",
    ...CORE,
  ],
  directory: ["store", "idempotency"],
  idempotency: [],
  profile: ["net", "pictures", "sending", ...CORE],
  connection: CORE,
  sending: ["events", "guard", ...CORE],
  inbound: ["events", ...CORE],
  events: ["schemas", ...CORE],
  guard: ["events", "number-safety", ...CORE],
  handoff: ["events", ...CORE],
  "number-safety": [],
  store: ["whatsapp", "idempotency", "number-safety"],
  whatsapp: ["whatsapp-inside"],
  "whatsapp-inside": ["whatsapp", "log"],
  log: [],
  errors: [],
  simulator: [],
} as const satisfies Record<string, readonly string[]>;

/** Files that are a part by themselves, and folders (with `/`); the longest prefix decides. */
const PARTS: Readonly<Record<string, keyof typeof ARROWS>> = {
  "src/worker.ts": "worker",
  "src/app.ts": "app",
  "src/openapi.ts": "openapi",
  "src/openapi/": "openapi",
  "src/settings.ts": "settings",
  "src/env.ts": "env",
  "src/log.ts": "log",
  "src/errors.ts": "errors",
  "src/reference/": "reference",
  "src/routes/": "routes",
  "src/middleware/": "middleware",
  "src/schemas/": "schemas",
  "src/net/": "net",
  "src/media/": "media",
  "src/session-transfer/": "session-transfer",
  "src/metrics/": "metrics",
  "src/link-preview/": "link-preview",
  "src/pictures/": "pictures",
  "src/qr/": "qr",
  "src/durable/": "durable",
  "src/durable/stubs.ts": "stubs",
  "src/directory/": "directory",
  "src/idempotency/": "idempotency",
  "src/profile/": "profile",
  "src/connection/": "connection",
  "src/sending/": "sending",
  "src/inbound/": "inbound",
  "src/events/": "events",
  "src/guard/": "guard",
  "src/handoff/": "handoff",
  "src/number-safety/": "number-safety",
  "src/store/": "store",
  "src/whatsapp/": "whatsapp-inside",
  "src/whatsapp/session.ts": "whatsapp",
  "src/whatsapp/history-part.ts": "whatsapp",
  "src/whatsapp/identity.ts": "whatsapp",
  "src/whatsapp/app-state/app-state-error.ts": "whatsapp",
  "src/whatsapp/disconnect-reasons.ts": "whatsapp",
  "src/whatsapp/asking-again.ts": "whatsapp",
  "src/whatsapp/compose/": "whatsapp",
  "src/whatsapp/auth/auth-store.ts": "whatsapp",
  "src/whatsapp/auth/session-copy.ts": "whatsapp",
  "simulator/": "simulator",
};

const RULES: ImportRules = {
  arrows: ARROWS,
  partOf(path) {
    const matches = Object.keys(PARTS).filter((prefix) =>
      prefix.endsWith("/") ? path.startsWith(prefix) : path === prefix,
    );
    const longest = matches.sort((a, b) => b.length - a.length)[0];
    return longest === undefined ? undefined : PARTS[longest];
  },
  leaves: ["src/errors.ts"],
  typeLeaves: [
    "src/durable/rpc.ts",
    "src/durable/rpc-directory.ts",
    "src/durable/rpc-events.ts",
    "src/durable/rpc-messages.ts",
    "src/durable/rpc-safety.ts",
    "src/durable/rpc-operations.ts",
    "src/durable/rpc-session.ts",
  ],
  packages: {
    "node:": ["src/", "simulator/"],
    "cloudflare:workers": ["src/durable/", "src/env.ts"],
    hono: ["src/reference/serve.ts", "src/app.ts", "src/openapi", "src/routes/", "src/middleware/"],
    "@hono/zod-openapi": ["src/app.ts", "src/openapi", "src/routes/", "src/middleware/", "src/schemas/"],
    zod: ["src/settings.ts", "src/session-transfer/"],
    "@whiskeysockets/baileys": ["src/whatsapp/baileys.ts", { types: "src/whatsapp/crypto/" }, "simulator/"],
    libsignal: ["src/whatsapp/crypto/", "simulator/"],
    "@noble/curves": ["src/whatsapp/crypto/", "simulator/"],
    ws: ["simulator/"],
    "fast-png": ["src/qr/"],
    "jpeg-js": ["src/pictures/"],
    "qrcode-svg": ["src/qr/"],
  },
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = globSync(["src/**/*.ts", "simulator/**/*.ts"], { cwd: root }).map((path) => path.replaceAll("\\", "/"));
const imports = sources.flatMap((path) => importsOf(path, readFileSync(`${root}${path}`, "utf8")));

/** What the rules say of one file with this text. */
const verdict = (path: string, text: string) => violations(importsOf(path, text), RULES);

describe("the source tree", () => {
  test("is read: every part of the table has files, and every file has a part", () => {
    const seen = new Set(sources.map((path) => RULES.partOf(path)));
    expect([...seen].sort()).toEqual(Object.keys(ARROWS).sort());
  });

  test("has no import that the table does not allow", () => {
    expect(violations(imports, RULES)).toEqual([]);
  });

  test("has no circle between its parts at run time", () => {
    const whole = (part: string | undefined) =>
      part?.replace("whatsapp-inside", "whatsapp").replace("stubs", "durable");
    expect(cycles(imports, { partOf: (path) => whole(RULES.partOf(path)) })).toEqual([]);
  });
});

describe("the rules refuse", () => {
  test.each([
    ["src/routes/a.ts", `import { openStore } from "../store/store.ts";`],
    ["src/routes/a.ts", `import { InstanceObject } from "../durable/instance.ts";`],
    ["src/routes/a.ts", `import { WAKEUP_NAMES } from "../durable/rpc.ts";`],
    ["src/schemas/a.ts", `import { log } from "../log.ts";`],
    ["src/store/a.ts", `import { recordEvent } from "../events/record.ts";`],
    ["src/events/a.ts", `import type { Outbox } from "../sending/outbox.ts";`],
    ["src/connection/a.ts", `import { openSession } from "../whatsapp/open-session.ts";`],
    ["src/whatsapp/a.ts", `import type { Store } from "../store/store.ts";`],
    ["src/sending/a.ts", `import { Lab } from "../../simulator/index.ts";`],
    ["src/sending/a.ts", `const lab = await import("../../test/support/sqlite.ts");`],
    ["src/durable/a.ts", `export * from "../../scripts/demo.ts";`],
    ["src/durable/a.ts", `import "../app.ts";`],
    ["src/sending/a.ts", `import {\n  type Context,\n  Hono,\n} from "hono";`],
    ["src/durable/a.ts", `import type { Context } from "hono";`],
    ["src/schemas/a.ts", `import { HTTPException } from "hono/http-exception";`],
    ["src/events/a.ts", `import { DurableObject } from "cloudflare:workers";`],
    ["src/whatsapp/a.ts", `import { proto } from "@whiskeysockets/baileys";`],
    ["src/whatsapp/a.ts", `import { proto } from "@whiskeysockets/baileys/WAProto";`],
    ["src/whatsapp/crypto/a.ts", `import { Curve } from "@whiskeysockets/baileys";`],
    ["src/store/a.ts", `import sharp from "sharp";`],
    ["src/elsewhere/a.ts", `import { ok } from "../store/store.ts";`],
    ["simulator/a.ts", `import { xeddsaSign } from "../src/whatsapp/crypto/xeddsa.ts";`],
  ])("%s: %s", (path, text) => {
    expect(verdict(path, text)).toHaveLength(1);
  });
});

describe("the rules allow", () => {
  test.each([
    ["src/store/a.ts", `import type { StoredMessage } from "../durable/rpc.ts";`],
    ["src/store/a.ts", `import { type StoredMessage, type LogEntry } from "../durable/rpc.ts";`],
    ["src/whatsapp/crypto/a.ts", `import type { Curve } from "@whiskeysockets/baileys";`],
    ["src/whatsapp/crypto/a.ts", `let curve: typeof import("@whiskeysockets/baileys");`],
    ["src/sending/a.ts", `import { ok, type Result } from "../errors.ts";`],
    ["src/sending/a.ts", ` * once it said: import("../../simulator/index.ts")`],
    ["src/durable/a.ts", `import { DurableObject } from "cloudflare:workers";`],
  ])("%s: %s", (path, text) => {
    expect(verdict(path, text)).toEqual([]);
  });
});

describe("the search for circles", () => {
  const found = (...files: [string, string][]) =>
    cycles(
      files.flatMap(([path, text]) => importsOf(path, text)),
      RULES,
    );

  test("names the parts of a circle", () => {
    expect(
      found(
        ["src/events/a.ts", `import { b } from "../sending/b.ts";`],
        ["src/sending/b.ts", `import { c } from "../inbound/c.ts";`],
        ["src/inbound/c.ts", `import { a } from "../events/a.ts";`],
      ),
    ).toEqual(["events → sending → inbound → events"]);
  });

  test("does not mind types, which are gone when the program runs", () => {
    expect(
      found(
        ["src/env.ts", `import type { A } from "./durable/a.ts";`],
        ["src/durable/a.ts", `import { readSettings } from "../env.ts";`],
      ),
    ).toEqual([]);
  });
});
