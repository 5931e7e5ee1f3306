import { expect, test } from "vitest";
import type { BinaryNode } from "../../../src/whatsapp/baileys.ts";
import { membershipOf } from "../../../src/whatsapp/group-membership.ts";

const ME = { id: "490:3@s.whatsapp.net", lid: "11:3@lid" };
const GROUP = "120363000000000001@g.us";
const node = (tag: string, attrs: Record<string, string>, content?: BinaryNode[]): BinaryNode => ({
  tag,
  attrs,
  ...(content && { content }),
});
const told = (change: BinaryNode, t = "1700000000") =>
  node("notification", { from: GROUP, type: "w:gp2", t }, [change]);
const who = (attrs: Record<string, string>) => node("participant", attrs);
const joined = { groupJid: GROUP, isMember: true, at: 1_700_000_000_000 };

test.each<[string, BinaryNode, ReturnType<typeof membershipOf>]>([
  ["added by LID", node("add", {}, [who({ jid: "22@lid" }), who({ jid: "11@lid" })]), joined],
  ["added by phone", node("add", {}, [who({ jid: "490@s.whatsapp.net" })]), joined],
  [
    "added by LID that is only named by phone",
    node("add", {}, [who({ jid: "x@lid", phone_number: "490@s.whatsapp.net" })]),
    joined,
  ],
  ["somebody else is added", node("add", {}, [who({ jid: "22@lid" })]), null],
  ["removed", node("remove", {}, [who({ jid: "11@lid" })]), { ...joined, isMember: false }],
  ["taken into a new group", node("create", {}, [node("group", { id: "1", creator: "22@lid" })]), joined],
  ["founds a group", node("create", {}, [node("group", { id: "1", creator: "11@lid" })]), null],
  ["another subject", node("subject", { subject: "x" }), null],
])("%s", (_, change, membership) => {
  expect(membershipOf(told(change), ME)).toEqual(membership);
});

test("nobody without an address is us, and a missing time is told as missing", () => {
  expect(membershipOf(told(node("add", {}, [who({})])), { id: "", lid: "" })).toBeNull();
  expect(membershipOf(told(node("add", {}, [who({ jid: "11@lid" })]), "x"), ME)).toEqual({ ...joined, at: null });
});
