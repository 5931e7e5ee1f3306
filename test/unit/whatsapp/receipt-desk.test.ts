import { beforeEach, describe, expect, test, vi } from "vitest";
import type { BinaryNode } from "../../../src/whatsapp/baileys.ts";
import { ReceiptDesk } from "../../../src/whatsapp/receipt-desk.ts";
import { RequestRefusedError, SessionClosedError } from "../../../src/whatsapp/session.ts";

const CHAT = "491@s.whatsapp.net";
const GROUP = "120363000@g.us";
const MEMBER = "77@lid";
const MEMBERS = [[MEMBER], ["78@lid"]];

const deps = {
  me: () => ({ id: "490:3@s.whatsapp.net", lid: "70:3@lid" }),
  members: vi.fn(async (_jid: string) => MEMBERS),
  onReceipt: vi.fn(),
  onCopyWanted: vi.fn(),
  warn: vi.fn(),
};
const desk = new ReceiptDesk(deps);

const receipt = (attrs: Record<string, string> = {}): BinaryNode => ({
  tag: "receipt",
  attrs: { id: "A", from: CHAT, ...attrs },
});
const ofGroup = receipt({ from: GROUP, participant: MEMBER, type: "read" });

/** As it comes: seen before Baileys, which may see it then or not. */
async function comes(stanza: BinaryNode): Promise<boolean> {
  desk.arrived(stanza);
  return desk.admits(stanza);
}

beforeEach(() => {
  vi.resetAllMocks();
  deps.members.mockResolvedValue(MEMBERS);
});

test("a receipt of one person is reported at once, and Baileys acknowledges it", async () => {
  expect(desk.arrived(receipt())).toBeUndefined();
  expect(deps.onReceipt.mock.calls).toEqual([[{ messageIds: ["A"], status: "delivered", chatJid: CHAT, group: null }]]);
  expect(desk.admits(receipt())).toBe(true);
  expect(deps.onReceipt).toHaveBeenCalledTimes(1);
});

test("a request for a copy is handed on, and is not for Baileys", async () => {
  const request = receipt({ type: "retry" });
  expect(await comes(request)).toBe(false);
  const read = { messageId: "A", chatJid: CHAT, participantJid: null, isOwnDevice: false };
  expect(deps.onCopyWanted.mock.calls).toEqual([[read, request]]);
  expect(deps.onReceipt).not.toHaveBeenCalled();
});

test("one about something else is Baileys' alone", async () => {
  expect(await comes(receipt({ type: "peer_msg" }))).toBe(true);
  expect([deps.onReceipt.mock.calls, deps.onCopyWanted.mock.calls]).toEqual([[], []]);
});

describe("a receipt of a group", () => {
  test("is reported with who else is in it, before it is acknowledged", async () => {
    deps.onReceipt.mockImplementation((update) => expect(update.group.members).toEqual(MEMBERS));
    expect(await comes(ofGroup)).toBe(true);
    const group = { participantJid: MEMBER, members: MEMBERS };
    expect(deps.onReceipt.mock.calls).toEqual([[{ messageIds: ["A"], status: "read", chatJid: GROUP, group }]]);
  });

  test.each<[string, Error, boolean]>([
    ["WhatsApp does not answer", new RequestRefusedError(null), false],
    ["WhatsApp is busy", new RequestRefusedError(503), false],
    ["the connection closes", new SessionClosedError("The connection closed"), false],
    ["WhatsApp refuses for good", new RequestRefusedError(403), true],
    ["of an error of ours", new TypeError("oops"), true],
  ])("that cannot be read because %s is acknowledged only if it will never be", async (_, error, isAdmitted) => {
    deps.members.mockRejectedValue(error);
    expect(await comes(ofGroup)).toBe(isAdmitted);
    expect(deps.onReceipt).not.toHaveBeenCalled();
    expect(deps.warn).toHaveBeenCalledTimes(error instanceof SessionClosedError ? 0 : 1);
  });
});
