import { expect, test } from "vitest";
import { stanza } from "../../simulator/stanza.ts";
import { useLab } from "./lab.ts";

const lab = useLab();
const pn = (phone: string) => `${phone}@s.whatsapp.net`;

test("a client that cannot decrypt a message asks for it again and gets it under the same id", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  const asked = lab.server.expects({ tag: "receipt", attrs: { type: "retry" }, phone: phone.phone });

  alice.corruptsNext();
  const id = await alice.says("again please", { to: phone });

  expect((await asked).node.attrs).toMatchObject({ id, type: "retry", to: `${alice.lid}@lid` });
  const { message } = await client.text("again please");
  expect(message.key.id).toBe(id);
});

test("a client whose second copy is unreadable too asks with its own keys, on which the session is rebuilt", async () => {
  const { phone, client } = await lab.linked();
  const alice = lab.server.contact();
  await alice.says("first", { to: phone });
  await client.text("first");
  const asked = lab.server.expects({ tag: "receipt", attrs: { type: "retry" }, child: "keys" });

  alice.corruptsNext();
  alice.corruptsRetries();
  const id = await alice.says("third time lucky", { to: phone });

  expect((await asked).node.attrs).toMatchObject({ id });
  expect((await client.text("third time lucky")).message.key.id).toBe(id);
});

test.each([
  ["without", false],
  ["with", true],
])(
  "a contact that cannot decrypt a client's message asks for it, %s keys of its own, and gets it again",
  async (_, withKeys) => {
    const { client } = await lab.linked();
    const alice = lab.server.contact();
    alice.cannotDecryptNext({ withKeys });

    const id = await client.sends(pn(alice.phone), "hello");

    expect(await alice.received("hello")).toMatchObject({ id, encType: "pkmsg" });
    expect(alice.inbox).toHaveLength(1);
    await client.status(id, 3);
  },
);

test("a message sent to a hidden id is asked for again under that id", async () => {
  const { client } = await lab.linked();
  const alice = lab.server.contact();
  alice.cannotDecryptNext();
  const id = await client.sends(`${alice.lid}@lid`, "hello");
  expect(await alice.received("hello")).toMatchObject({ id, addressing: "lid" });
});

test("a real client that lost its session asks another real client, which sends again to that device only", async () => {
  const one = await lab.linked({ businessName: "One" });
  const two = await lab.linked({ businessName: "Two" });
  await one.client.sends(pn(two.phone.phone), "ping");
  await two.client.text("ping");
  await two.client.sends(pn(one.phone.phone), "pong");
  await one.client.text("pong");

  two.client.forgetsSessions();
  const asked = lab.server.expects({ tag: "receipt", attrs: { type: "retry" }, phone: two.phone.phone });
  const resent = lab.server.expects({ tag: "message", child: "enc", phone: one.phone.phone });
  const id = await one.client.sends(pn(two.phone.phone), "are you still there?");
  expect((await asked).node.attrs.id).toBe(id);
  expect((await resent).node.attrs).toMatchObject({ id, device_fanout: "false" });
  expect((await two.client.text("are you still there?")).message.key.id).toBe(id);
});

test("two requests for copies of one message are each kept until they are acknowledged", async () => {
  const { phone, client } = await lab.linked();
  const companion = [...phone.account.companions.values()][0];
  await client.stop();
  await phone.offline();
  const before = companion?.waiting ?? 0;
  const request = (count: string, from: string) =>
    companion?.deliver(stanza("receipt", { id: "3EB0A", from, type: "retry" }, [stanza("retry", { count })]));
  const acknowledged = (from: string) =>
    companion?.acknowledge(stanza("ack", { class: "receipt", id: "3EB0A", to: from, type: "retry" }));
  request("1", "1@lid");
  request("2", "1@lid");
  request("1", "2@lid");
  expect(companion?.waiting).toBe(before + 3);
  acknowledged("1@lid");
  expect(companion?.waiting).toBe(before + 2);
  acknowledged("1@lid");
  acknowledged("1@lid");
  expect(companion?.waiting).toBe(before + 1);
});

test("a request for a copy that came twice is acknowledged twice, which says nothing of the next one", async () => {
  const { phone } = await lab.linked();
  const companion = [...phone.account.companions.values()][0];
  const before = companion?.waiting ?? 0;
  const stranger = "55119@s.whatsapp.net";
  const asks = (count: string) =>
    companion?.deliver(stanza("receipt", { id: "3EB0A", from: stranger, type: "retry" }, [stanza("retry", { count })]));
  const acks = () =>
    lab.server
      .stanzas(0)
      .filter(({ node }) => node.tag === "ack" && node.attrs.id === "3EB0A" && node.attrs.type === "retry");
  lab.server.repeatsNext(phone, 1);
  lab.server.delays(phone, 20);
  asks("1");
  asks("2");
  const waiting: number[] = [];
  await lab.server.expects(
    () => {
      waiting[acks().length] = (companion?.waiting ?? 0) - before;
      return acks().length === 3;
    },
    { since: 0 },
  );
  expect(waiting.slice(1)).toEqual([1, 1, 0]);
});
