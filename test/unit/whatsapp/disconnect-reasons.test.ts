import { describe, expect, test } from "vitest";
import { explainDisconnect, MISCONFIGURED } from "../../../src/whatsapp/disconnect-reasons.ts";

const verdict = (code: number | null, text = "") => {
  const { reason, reconnect, clearAuth } = explainDisconnect({ code, text });
  return [reason, reconnect, clearAuth];
};

describe("each way of losing the connection", () => {
  test.each([
    [401, "logged_out", "stop", true],
    [402, "temporarily_banned", "stop", false],
    [403, "banned", "stop", false],
    [405, "client_outdated", "stop", false],
    [406, "logged_out", "stop", true],
    [408, "timed_out", "back_off", false],
    [409, "client_refused", "stop", false],
    [411, "multi_device_mismatch", "stop", false],
    [428, "connection_closed", "back_off", false],
    [440, "replaced", "stop", false],
    [500, "server_error", "back_off", false],
    [503, "server_busy", "back_off", false],
    [515, "restart_required", "at_once", false],
  ])("%i is %s: %s, credentials wiped: %s", (code, ...expected) => {
    expect(verdict(code)).toEqual(expected);
  });

  test("a code nobody knows, or none at all, backs off and keeps the credentials", () => {
    expect(verdict(418)).toEqual(["connection_lost", "back_off", false]);
    expect(verdict(null, "WebSocket Error (ECONNRESET)")).toEqual(["connection_lost", "back_off", false]);
  });

  test("a QR nobody scanned is no time-out: it stops", () => {
    expect(verdict(408, "QR refs attempts ended")).toEqual(["link_expired", "stop", false]);
  });

  test.each([
    "invalid noise leaf certificate",
    "invalid noise intermediate certificate",
    "noise certificate signature invalid",
    "noise intermediate certificate signature invalid",
    "certification match failed",
  ])("a server that is not WhatsApp is told apart from a bad request: %s", (text) => {
    expect(verdict(400, text)).toEqual(["server_not_trusted", "back_off", false]);
  });

  test("any other 400 is a lost connection", () => {
    expect(verdict(400, "bad request")).toEqual(["connection_lost", "back_off", false]);
  });

  test("a wrong setting stops", () => {
    expect(verdict(null, MISCONFIGURED)).toEqual(["misconfigured", "stop", false]);
  });
});

test("every explanation is one sentence for people, without codes", () => {
  for (const code of [null, 401, 402, 403, 405, 406, 408, 409, 411, 428, 440, 500, 503, 515]) {
    expect(explainDisconnect({ code, text: "" }).message).toMatch(/^[A-Z][^0-9]*\.$/);
  }
});
