import { expect, test, vi } from "vitest";
import { proto } from "../../../src/whatsapp/baileys.ts";
import { Resends } from "../../../src/whatsapp/resends.ts";

const CHAT = "491@s.whatsapp.net";
const KEY = `3EB0A:${CHAT}`;
/** Baileys' limit (`maxMsgRetryCount`). */
const MOST = 5;

const request = (count: number) => ({
  tag: "receipt",
  attrs: { id: "3EB0A", from: CHAT, type: "retry" },
  content: [{ tag: "retry", attrs: { count: `${count}` } }],
});

/** What Baileys does with a request (`handleReceipt`, `sendMessagesAgain`). @returns whether it sends a copy */
async function isAnswered({ counter }: Resends): Promise<boolean> {
  const mayCome = async () => ((await counter.get<number>(KEY)) ?? 0) < MOST;
  const count = async () => counter.set(KEY, ((await counter.get<number>(KEY)) ?? 0) + 1);
  if (!(await mayCome())) return false;
  await count();
  if (!(await mayCome())) return false;
  await count();
  return true;
}

function resends(message: proto.IMessage) {
  const relayMessage = vi.fn(async () => "3EB0A");
  const payload = proto.Message.encode(message).finish();
  return { relayMessage, made: new Resends({ socket: () => ({ relayMessage }), find: () => payload }) };
}

test("a message may be asked for as often as Baileys means to answer, and no more", async () => {
  const { made, relayMessage } = resends({ conversation: "hello" });
  const answers: boolean[] = [];
  for (let times = 1; times <= 6; times += 1) {
    made.noted(request(times));
    answers.push(await isAnswered(made));
  }
  expect(answers).toEqual([true, true, true, true, false, false]);
  expect(relayMessage).not.toHaveBeenCalled();
});

test("a message with something beside its copies is sent here, each time it is asked for", async () => {
  const { made, relayMessage } = resends({
    pollCreationMessageV3: { name: "When?", options: [{ optionName: "Mon" }] },
  });
  for (let times = 1; times <= 3; times += 1) {
    made.noted(request(times));
    expect(await isAnswered(made)).toBe(false);
    expect(relayMessage).toHaveBeenCalledTimes(times);
  }
});
