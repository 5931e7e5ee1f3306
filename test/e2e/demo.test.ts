/** `npm run demo`, from outside: exit codes, transcript, the commands it prints, and that nothing outlives it. */
import { execFile } from "node:child_process";
import { connect, createServer, type Server } from "node:net";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DemoProcess } from "./support/demo-process.ts";

const run = promisify(execFile);

/** The ports wrangler takes when nobody says otherwise: the Worker's and the inspector's. */
const USUAL_PORTS = [8787, 9229];
let squatters: Server[];
let demos: DemoProcess[] = [];

beforeEach(async () => {
  squatters = await Promise.all(USUAL_PORTS.map(squat));
});

afterEach(async () => {
  for (const demo of demos) demo.signal("SIGTERM");
  await Promise.all(demos.map((demo) => demo.ends()));
  demos = [];
  await Promise.all(squatters.map((server) => new Promise((resolve) => server.close(resolve))));
});

describe("npm run demo -- --once", () => {
  it("tells the whole story and exits 0, twice in a row, with the usual ports taken", async () => {
    for (const _round of [1, 2]) {
      const demo = startDemo(["--once"]);
      expect(await demo.ends(), demo.output).toBe(0);
      expect(happenings(demo.output)).toEqual([
        'you → gateway: POST /api/instances: "clinic" with your webhook',
        "you → gateway: POST …/clinic/connect: Connection started (QR mode)",
        "gateway → you: GET …/qr: a picture of N bytes",
        "phone: the clinic's phone scans the picture and links device 1",
        "gateway → you: GET …/connection: connected as 5511900000001",
        "you → gateway: POST …/send: sent, message ID",
        'clinic → Maria: "Hello Maria, it is time for your check-up. When would you like to come?"',
        "Maria → clinic: delivered",
        "Maria → clinic: read",
        'Maria → clinic: "Hi! Do you have a free hour on Friday?"',
        'gateway → webhook: POST {"event":"message","event_id":"evt_N","instance_id":"clinic","from_phone":"5511910000001","push_name":"Maria","message":"Hi! Do you have a free hour on Friday?"}',
        'webhook → gateway: 200 {"reply":"Yes, Friday at 3 pm is free. See you then, Maria!"}',
        'clinic → Maria: "Yes, Friday at 3 pm is free. See you then, Maria!"',
        "Maria → clinic: delivered",
      ]);
      expect(demo.output).toContain("Everything happened as it should.");
      expect(demo.output).not.toContain("\u001b[");
      expect(await leftovers(demo)).toEqual([]);
    }
  });
});

describe("npm run demo", () => {
  it("stays up, prints commands that work as they are, and leaves nothing behind after Ctrl-C", async () => {
    const demo = startDemo();
    await demo.prints("Ctrl-C ends it");
    expect(demo.processes()).toEqual(expect.arrayContaining(["node", "esbuild", "workerd"]));
    expect(await listening(demo.addresses)).toHaveLength(4);

    const [send, history, list, say, scan, ...more] = demo.commands;
    expect(more).toEqual([]);
    expect(await paste(send)).toMatchObject({ success: true, status: "sent" });
    expect(await paste(history)).toMatchObject({ success: true, messages: [{ text: "Hello from curl" }, {}, {}, {}] });
    expect(await paste(list)).toMatchObject({ count: 2, instances: [{ id: "clinic" }, { id: "shop" }] });
    await paste(say);
    await demo.prints('{"reply":"You wrote: Are you open today?"}');
    expect(await paste(scan)).toEqual({ linked: "5511900000002" });
    const picture = await fetch(/http:\S+format=svg/.exec(demo.output)?.[0] ?? "");
    expect([200, 204]).toContain(picture.status);

    demo.signal("SIGINT");
    expect(await demo.ends()).toBe(0);
    expect(await leftovers(demo)).toEqual([]);
  });

  it.each([
    ["SIGINT", "before the gateway's process exists", "node"],
    ["SIGTERM", "while the Worker is bundled", "esbuild"],
    ["SIGINT", "while the runtime starts", "workerd"],
  ] as const)("leaves nothing behind after %s %s", async (signal, _moment, process) => {
    const demo = startDemo();
    await demo.prints("starting (the Worker is bundled first)");
    await expect.poll(() => demo.processes(), { timeout: 60_000, interval: 5 }).toContain(process);
    demo.signal(signal);
    expect(await demo.ends()).toBe(signal === "SIGINT" ? 130 : 143);
    expect(await leftovers(demo)).toEqual([]);
  });

  it("leaves nothing behind when nobody reads its output any more", async () => {
    const demo = startDemo();
    await demo.prints("starting (the Worker is bundled first)");
    demo.stopsReading();
    expect(await demo.ends()).toBe(141);
    expect(await leftovers(demo)).toEqual([]);
  });
});

function startDemo(args: string[] = []): DemoProcess {
  const demo = new DemoProcess(args);
  demos.push(demo);
  return demo;
}

/** What outlived the demo: processes, and addresses at which something answers. */
async function leftovers(demo: DemoProcess): Promise<string[]> {
  return [...demo.processes(), ...(await listening(demo.addresses))];
}

/** What happened once the gateway was up, without times; sizes and ids differ from run to run. */
function happenings(output: string): string[] {
  const lines = output.split("\n").flatMap((line) => {
    const [, who, what] = /^ *\d+ ms {2}(.+?) {2,}(.+)$/.exec(line) ?? [];
    return who === undefined || what === undefined ? [] : [`${who}: ${what}`];
  });
  const first = lines.findIndex((line) => line.includes("POST /api/instances"));
  return lines
    .slice(first)
    .map((line) => line.replace(/of \d+ bytes/, "of N bytes").replace(/message 3EB0[0-9A-F]{18}/, "message ID"))
    .map((line) => line.replace(/evt_\d+/, "evt_N"));
}

/** Runs a printed line in a shell, as someone who pasted it. */
async function paste(command: string | undefined): Promise<unknown> {
  const { stdout } = await run("bash", ["-c", command ?? "false"]);
  return JSON.parse(stdout);
}

/** Those of the addresses at which something still answers. */
async function listening(addresses: string[]): Promise<string[]> {
  const answers = await Promise.all(addresses.map(async (address) => ((await isOpen(address)) ? [address] : [])));
  return answers.flat();
}

function isOpen(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Takes a port; when somebody else has it, it is taken just the same. */
function squat(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(server));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
