import { buildApp } from "../src/app.ts";
import { buildOpenApi } from "../src/openapi.ts";

function unreachable(): never {
  throw new Error("Describing the API calls nothing");
}

/** The text of docs/openapi.json. */
export function openApiSnapshot(): string {
  const app = buildApp({
    instanceStub: unreachable,
    directoryStub: unreachable,
    storageWorks: unreachable,
    storageName: unreachable,
    media: unreachable,
    linkPreview: unreachable,
    mayFailAgain: unreachable,
    now: Date.now,
    random: Math.random,
  });
  return `${JSON.stringify(buildOpenApi(app), null, 2)}\n`;
}
