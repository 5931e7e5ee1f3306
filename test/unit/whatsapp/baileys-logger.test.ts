import { beforeEach, describe, expect, test } from "vitest";
import { baileysLogger } from "../../../src/whatsapp/baileys-logger.ts";

let lines: string[];
let logger: ReturnType<typeof baileysLogger>;

beforeEach(() => {
  lines = [];
  logger = baileysLogger((text) => lines.push(text));
});

describe("the logger Baileys gets", () => {
  test("passes on the fixed text of an error, never its object", () => {
    logger.error(
      { jid: "491701234567@s.whatsapp.net", err: new Error("text of a message") },
      "error in handling message",
    );
    expect(lines).toEqual(["baileys: error in handling message"]);
  });

  test("lets no number and no address through", () => {
    for (const secret of ["491701234567", "491701234567@s.whatsapp.net", "77:3@lid", "12345", "someone@example.com"]) {
      logger.error({}, `failed to send to ${secret}, giving up`);
    }
    expect(lines.join(" ")).not.toMatch(/\d{5}|@/);
    expect(lines).toHaveLength(5);
  });

  test("keeps a line short", () => {
    logger.error({}, "word ".repeat(1_000));
    expect(lines[0]?.length).toBeLessThan(150);
  });

  test("is silent below the level of an error and without a text", () => {
    for (const level of ["trace", "debug", "info", "warn"] as const) logger[level]({}, "something");
    logger.error({ err: new Error("x") });
    expect(lines).toEqual([]);
  });

  test("is the same for Baileys' parts", () => {
    logger.child({ class: "ws" }).error({}, "connection errored");
    expect(lines).toEqual(["baileys: connection errored"]);
  });
});
