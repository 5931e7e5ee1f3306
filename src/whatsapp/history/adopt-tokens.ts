/** Privacy tokens that the phone knows → the key store, in the form in which Baileys keeps those it gets itself. */
import type { SignalDataSet, SignalKeyStore } from "../baileys.ts";
import type { PrivacyToken } from "../history-part.ts";

export async function adoptTokens(keys: SignalKeyStore, tokens: readonly PrivacyToken[]): Promise<void> {
  const known = await keys.get(
    "tctoken",
    tokens.map(({ jid }) => jid),
  );
  const news = tokens.filter(({ jid, at }) => at > Number(known[jid]?.timestamp ?? 0));
  if (news.length === 0) return;
  const entries = news.map(({ jid, token, at, sentAt }) => [
    jid,
    {
      ...known[jid],
      token: Buffer.from(token),
      timestamp: `${at}`,
      ...(sentAt !== null && { senderTimestamp: sentAt }),
    },
  ]);
  await keys.set({ tctoken: Object.fromEntries(entries) } as SignalDataSet);
}
