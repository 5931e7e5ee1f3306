import { describe, expect, test } from "vitest";
import { parseWorkerConfig, readWorkerConfig } from "../../../scripts/support/wrangler-config.ts";

describe("what a runtime without wrangler is given", () => {
  test("is all that wrangler.toml binds", () => {
    expect(readWorkerConfig()).toEqual({
      compatibilityDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      objects: [
        { name: "INSTANCES", className: "InstanceObject" },
        { name: "DIRECTORIES", className: "DirectoryObject" },
        { name: "REGISTRY", className: "RegistryObject" },
      ],
      buckets: ["MEDIA"],
      rateLimits: [{ name: "AUTH_FAILURES", limit: 300, period: 60 }],
      vars: { MEDIA_BUCKET: "wasup-media" },
    });
  });

  test("is never less than that: a binding of another kind is an error", () => {
    const toml = 'compatibility_date = "2026-10-20"\n\n[[kv_namespaces]]\nbinding = "CACHE"\n';
    expect(() => parseWorkerConfig(toml)).toThrow("nobody knows what [kv_namespaces] binds");
  });
});
