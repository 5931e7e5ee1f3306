import { EventEmitter } from "node:events";
import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { catchListenerErrors } from "../../../src/whatsapp/caught-listeners.ts";

let socket: EventEmitter;
let reported: [string, unknown][];

const FAULT = new Error("cannot read this");

beforeEach(() => {
  socket = new EventEmitter();
  reported = [];
});

const protect = () =>
  catchListenerErrors(socket, {
    onFrameError: (error) => reported.push(["frame", error]),
    onStanzaError: (error) => reported.push(["stanza", error]),
  });

describe("an error in a listener of Baileys", () => {
  test("is reported, whether the listener waited for something or not", async () => {
    socket.on("message", async () => {
      await setImmediate();
      throw FAULT;
    });
    socket.on("CB:message", () => {
      throw FAULT;
    });
    protect();
    socket.emit("message", Buffer.alloc(1));
    socket.emit("CB:message", {});
    await setImmediate();
    await setImmediate();
    expect(reported).toEqual([
      ["stanza", FAULT],
      ["frame", FAULT],
    ]);
  });

  test("does not keep the other listeners from their work", async () => {
    const seen: string[] = [];
    socket.on("CB:receipt", () => {
      seen.push("first");
      throw FAULT;
    });
    socket.on("CB:receipt", () => seen.push("second"));
    protect();
    expect(socket.emit("CB:receipt", {})).toBe(true);
    await setImmediate();
    expect([seen, reported]).toEqual([["first", "second"], [["stanza", FAULT]]]);
  });
});

describe("a wrapped listener", () => {
  test("keeps its order, its arguments and what it is called on", () => {
    const calls: unknown[] = [];
    socket.on("CB:ack", function (this: unknown, ...args: unknown[]) {
      calls.push(["first", this === socket, args]);
    });
    socket.on("CB:ack", (...args: unknown[]) => calls.push(["second", args]));
    protect();
    socket.emit("CB:ack", 1, 2);
    expect(calls).toEqual([
      ["first", true, [1, 2]],
      ["second", [1, 2]],
    ]);
  });

  test("that is to be called once is", () => {
    let calls = 0;
    socket.once("open", () => {
      calls += 1;
    });
    protect();
    socket.emit("open");
    socket.emit("open");
    expect(calls).toBe(1);
  });

  test("added later is left alone, and comes before or after as it was added", () => {
    const order: string[] = [];
    socket.on("CB:message", () => order.push("Baileys"));
    protect();
    socket.prependListener("CB:message", () => order.push("ours"));
    socket.emit("CB:message", {});
    expect(order).toEqual(["ours", "Baileys"]);
  });
});
