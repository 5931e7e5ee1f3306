import { expect, test } from "vitest";
import { useLab } from "./lab.ts";

const lab = useLab();
const pn = (phone: string) => `${phone}@s.whatsapp.net`;

test("privacy settings are kept; with read receipts off a client tells only its own devices what it has read", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await client.socket.updateReadReceiptsPrivacy("none");
  expect(await client.socket.fetchPrivacySettings(true)).toMatchObject({ readreceipts: "none", last: "all" });

  const read = lab.server.expects({ tag: "receipt", attrs: { type: "read-self" } });
  const id = await alice.says("hi", { to: phone });
  const { message } = await client.text("hi");
  await client.socket.readMessages([message.key]);
  expect((await read).node.attrs.id).toBe(id);
  expect(alice.receipts.map(({ type }) => type)).toEqual(["delivered"]);
});

test("a blocked contact's messages do not arrive, until it is unblocked", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await alice.says("before", { to: phone });
  await client.text("before");
  await client.socket.updateBlockStatus(pn(alice.phone), "block");
  expect(await client.socket.fetchBlocklist()).toEqual([`${alice.lid}@lid`]);
  await alice.says("blocked", { to: phone });
  await client.socket.updateBlockStatus(pn(alice.phone), "unblock");
  await alice.says("after", { to: phone });
  await client.text("after");
  expect(client.texts()).not.toContain("blocked");
});

test("a profile has a status, and a picture when it was given one", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await client.socket.updateProfileStatus("At your service");
  expect(phone.account.status).toBe("At your service");

  await expect(client.socket.profilePictureUrl(pn(alice.phone), "image")).rejects.toThrow("item-not-found");
  alice.account.pictureUrl = "http://127.0.0.1/alice.jpg";
  expect(await client.socket.profilePictureUrl(pn(alice.phone), "image")).toBe("http://127.0.0.1/alice.jpg");
});

test("a lock on new chats is announced to the client and told when it asks", async () => {
  const { phone, client } = await lab.linked();
  const until = new Date(1_900_000_000_000);
  lab.server.locksReachOut(phone, { until });
  const told = await client.find("connection.update", ({ reachoutTimeLock }) => reachoutTimeLock, { what: "the lock" });
  expect(told).toEqual({ isActive: true, timeEnforcementEnds: until, enforcementType: "BIZ_QUALITY" });
  expect(await client.socket.fetchAccountReachoutTimelock()).toEqual(told);
  lab.server.locksReachOut(phone, undefined);
  expect(await client.socket.fetchAccountReachoutTimelock()).toMatchObject({ isActive: false });
  expect(await client.socket.fetchNewChatMessageCap()).toMatchObject({ capping_status: "NONE" });
});
