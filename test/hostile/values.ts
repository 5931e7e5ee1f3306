/** What nobody expects where a value is: texts, and values as they stand in JSON, right or broken. */
import { pick } from "../faults/random.ts";

export type Random = () => number;

const INJECTIONS = [
  "' OR 1=1 --",
  "'); DROP TABLE messages; --",
  "%' ESCAPE '\\' UNION SELECT value FROM credentials --",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</title><svg/onload=alert(1)>",
  "{{7*7}}<%= 7*7 %>",
  "$(id)`id`",
  "javascript:alert(1)",
  "a\r\nSet-Cookie: hostile=1\r\n\r\n<html>",
  "a\nX-Injected: 1",
];

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "toJSON", "length"];

const PATHS = [
  "../../x",
  "..%2f..%2fapi%2fkeys",
  "%2e%2e%2f%2e%2e%2fdefault",
  "..\\..\\x",
  "/etc/passwd",
  "default/wa_linked",
  "~signing-key",
  ".",
  "..",
  "%00",
  "a%0d%0aX-Injected:%201",
  "%c0%af",
  "%ff",
  "%",
  "%zz",
  "con.txt",
  "a/b",
  "a?b#c",
  "*",
];

const UNICODE = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\u0001\u001f\u007f\u0085",
  "\ud800",
  "\udfff\ud800",
  "\u202eexe.gpj",
  "\u200b\u200c\u200d\ufeff",
  "\ufffe\uffff",
  "é".normalize("NFD").repeat(50),
  "🏳️‍🌈👩‍👩‍👧‍👦",
  "İıſK",
  "١٢٣٤٥٦٧٨٩٠",
  "\u2028\u2029",
];

/** Ids of chats, right and wrong; `…0` phones are nobody's. */
export const CHATS = [
  "status@broadcast",
  "123@broadcast",
  "120363000000000000@newsletter",
  "120363000000000000@g.us",
  "447000000000-1600000000@g.us",
  "0@s.whatsapp.net",
  "447000000000@s.whatsapp.net",
  "447000000000:99@s.whatsapp.net",
  "447000000000_1:2@s.whatsapp.net",
  "447000000000@c.us",
  "98765432101234@lid",
  "98765432101234:1@hosted.lid",
  "447000000000@msgr",
  "447000000000@s.whatsapp.net@lid",
  "@s.whatsapp.net",
  "a@b",
  "@",
  "@lid",
  "\u0000@s.whatsapp.net",
];

export const PHONES = [
  "447000000000",
  "+44 (7000) 000-000",
  "00447000000000",
  "0",
  "1",
  "-447000000000",
  "+",
  "++447000000000",
  "4470000000004470000000004470000000",
  "44７000000000",
  "447000000000;ext=1",
  "4.47e11",
  "0x6816b1b000",
  "tel:+447000000000",
  "447000000000\u0000",
];

/** Addresses that are refused, or at which nobody listens; none leads out of this machine. */
export const ADDRESSES = [
  "http://169.254.169.254/latest/meta-data",
  "https://10.0.0.1/",
  "https://[::ffff:10.0.0.1]/",
  "https://[fe80::1%25eth0]/",
  "https://2130706433.1/",
  "http://localhost:1/",
  "https://localhost./",
  "http://127.0.0.1:0/",
  "http://127.0.0.1:99999/",
  "http://user:secret@127.0.0.1/",
  "file:///etc/passwd",
  "data:text/html,<script>alert(1)</script>",
  "data:image/jpeg;base64,AAAA",
  "data:image/png;base64,iVBORw0KGgo=",
  "data:;base64,",
  "data:image/jpeg;base64,%%%",
  "blob:null",
  "gopher://127.0.0.1/",
  "ws://127.0.0.1/",
  "//127.0.0.1/",
  "https://",
  "https:///",
  "https://%00/",
  "https://a b/",
  "https://\ud800.example/",
  "https://xn--/",
];

/** A text that fits nowhere. */
export function hostileText(random: Random): string {
  const kind = random();
  if (kind < 0.2) return pick(random, INJECTIONS);
  if (kind < 0.4) return pick(random, UNICODE);
  if (kind < 0.5) return pick(random, PATHS);
  if (kind < 0.6) return pick(random, CHATS);
  if (kind < 0.7) return pick(random, PHONES);
  if (kind < 0.8) return pick(random, ADDRESSES);
  if (kind < 0.85) return pick(random, NAMES);
  if (kind < 0.98) return noise(random, Math.floor(random() * 200));
  return pick(random, ["x", "\u0000", "🙂", "\u202e"]).repeat(Math.floor(random() * 70_000));
}

/** Code units of any kind. */
function noise(random: Random, length: number): string {
  const highest = pick(random, [0x20, 0x7f, 0x100, 0xffff]);
  return Array.from({ length }, () => String.fromCharCode(Math.floor(random() * highest))).join("");
}

const NUMBERS = [
  ..."0 -0 -1 1.5 1e309 -1e309 1e-400 9007199254740993 18446744073709551616 -2147483649 0.30000000000000004 1E+2".split(
    " ",
  ),
  ..."NaN Infinity 01 .5 1. 0x10 1e 1_000 -".split(" "),
];

const LITERALS = ["null", "true", "false", "undefined", "[]", "{}", "[[]]", "[null]", '{"":""}', '""', "''", "[1,]"];

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

/** A value as it stands in JSON; some are none. */
export function hostileToken(random: Random): string {
  const kind = random();
  if (kind < 0.2) return pick(random, NUMBERS);
  if (kind < 0.35) return pick(random, LITERALS);
  if (kind < 0.4) return nested(pick(random, [2, 19, 21, 5_000]), "[", "]");
  if (kind < 0.45) return nested(pick(random, [2, 19, 21, 5_000]), '{"a":', "}");
  if (kind < 0.5) {
    return `[${Array.from({ length: Math.floor(random() * 300) }, () => JSON.stringify(hostileText(random))).join(",")}]`;
  }
  if (kind < 0.55) return `{${hostileMember(random)},${hostileMember(random)}}`;
  return JSON.stringify(hostileText(random));
}

/** `"name":value` with a name that objects have already, or any other. */
export function hostileMember(random: Random): string {
  const name = random() < 0.5 ? pick(random, NAMES) : hostileText(random).slice(0, 100);
  return `${JSON.stringify(name)}:${hostileToken(random)}`;
}

/** A part of a path or query as it is sent: encoded, half encoded, or not at all. */
export function hostilePart(random: Random): string {
  const text = hostileText(random).slice(0, random() < 0.05 ? 20_000 : 500);
  if (random() < 0.3) return pick(random, PATHS);
  if (random() < 0.2) return encodeURIComponent(encodeURIComponent(text.toWellFormed()));
  return encodeURIComponent(text.toWellFormed());
}
