/**
 * What people get wrong in a message, as bodies of …/send beside a right `to`: what is refused of it, and which words the
 * refusal has to have (the limit, or what to do).
 */

/** `[what is wrong, body, field that the refusal names, its words, status, code]` */
export type BadMessage = [
  what: string,
  body: object,
  field: string | null,
  says: RegExp,
  status?: number,
  code?: string,
];

const text = (length: number): string => "x".repeat(length);
const row = (id: number) => ({ id: `row ${id}`, title: `Row ${id}` });
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, index) => row(from + index));
const section = (...content: object[]) => ({ message: "x", sections: [{ title: "A", rows: content }] });
const button = (more: object) => ({ message: "x", buttons: [{ id: "a", text: "A", ...more }] });
const options = (count: number) => Array.from({ length: count }, (_, index) => `Option ${index}`);

const RECIPIENT = /country code, 7 to 15 digits/;

const WHO: BadMessage[] = [
  ["no recipient", { to: undefined, message: "x" }, "to", /Name the recipient/],
  ["a phone of letters", { to: "call me", message: "x" }, "to", RECIPIENT],
  ["a phone of six digits", { to: "123456", message: "x" }, "to", RECIPIENT],
  ["a phone of sixteen digits", { to: "1234567890123456", message: "x" }, "to", RECIPIENT],
  ["a phone without a country code", { to: "0123456789", message: "x" }, "to", RECIPIENT],
  ["a phone as a number", { to: 60123456789, message: "x" }, "to", RECIPIENT],
  ["an empty recipient", { to: "", message: "x" }, "to", RECIPIENT],
  ["people's status updates", { to: "status@broadcast", message: "x" }, "to", /chat id ending in/],
  ["both recipients, different", { to_phone: "60123456789", message: "x" }, "to_phone", /only one of to and to_phone/],
  ["a bad mention", { message: "x", mentions: ["nobody"] }, "mentions.0", RECIPIENT],
  [
    "1,025 mentions",
    { message: "x", mentions: options(1_025).map((_, i) => `${60123450000 + i}`) },
    "mentions",
    /1024/,
  ],
  [
    "a number that is not on WhatsApp",
    { to: "5599000000000", message: "x" },
    null,
    /5599000000000 is not on WhatsApp; nothing was sent.*Check the country code/,
    404,
    "not_on_whatsapp",
  ],
];

const TEXT: BadMessage[] = [
  ["nothing to say", {}, "message", /Write the text/],
  ["an empty text", { message: "" }, "message", /Write the text/],
  ["a text of blanks", { text: " \n\t" }, "message", /Write the text/],
  ["a text that is none", { message: 5 }, "message", /Use a text/],
  ["both texts, different", { message: "x", text: "y" }, "text", /only one of message and text/],
  ["a text of 65,537 characters", { message: text(65_537) }, "message", /at most 65536 characters/],
  ["an alias of 65,537 characters", { text: text(65_537) }, "text", /at most 65536 characters/],
  ["an unknown kind", { message: "x", messageType: "fax" }, "messageType", /"text"|.*"poll"/],
  [
    "an unknown quoted id",
    { message: "x", quotedMessageId: "3EB0FF" },
    "quotedMessageId",
    /id of a message of this chat/,
  ],
  ["an empty quoted id", { message: "x", quotedMessageId: "" }, "quotedMessageId", /id of a message/],
  [
    "a body of more than a MiB",
    { message: text(1_048_577) },
    null,
    /body is too large.*at most 1,048,576 bytes/,
    413,
    "too_large",
  ],
];

const PLACE: BadMessage[] = [
  ["latitude 91", { latitude: 91, longitude: 0 }, "latitude", /from -90 to 90/],
  ["latitude -91", { latitude: -91, longitude: 0 }, "latitude", /from -90 to 90/],
  ["longitude 181", { latitude: 0, longitude: 181 }, "longitude", /from -180 to 180/],
  ["longitude -181", { latitude: 0, longitude: -181 }, "longitude", /from -180 to 180/],
  ["NaN as a text", { latitude: "NaN", longitude: 0 }, "latitude", /from -90 to 90/],
  ["a longitude as a text", { latitude: 0, longitude: "101.7" }, "longitude", /from -180 to 180/],
  ["null", { latitude: null, longitude: 0 }, "latitude", /from -90 to 90/],
  ["no longitude", { latitude: 0 }, "longitude", /from -180 to 180/],
  ["no latitude", { longitude: 0 }, "latitude", /from -90 to 90/],
  ["no position at all", { messageType: "location" }, "latitude", /from -90 to 90/],
  ["a name of 257 characters", { latitude: 0, longitude: 0, locationName: text(257) }, "locationName", /at most 256/],
];

const CARD = /contact's phone number with country code/;

const CONTACT: BadMessage[] = [
  ["no card", { messageType: "contact" }, "contactCard.phoneNumber", CARD],
  ["no phone", { contactCard: { displayName: "John" } }, "contactCard.phoneNumber", CARD],
  ["a bad phone", { contactCard: { displayName: "John", phoneNumber: "12" } }, "contactCard.phoneNumber", CARD],
  [
    "a name of 101 characters",
    { contactCard: { displayName: text(101), phoneNumber: "60123456789" } },
    "contactCard.displayName",
    /at most 100/,
  ],
];

const BUTTONS: BadMessage[] = [
  [
    "four buttons",
    { message: "x", buttons: options(4).map((title) => ({ text: title })) },
    "buttons",
    /at most 3 buttons/,
  ],
  ["no buttons", { message: "x", messageType: "buttons", buttons: [] }, "buttons", /1 to 3 buttons/],
  ["a title of 21 characters", button({ text: text(21) }), "buttons.0.text", /at most 20 characters/],
  ["no title", button({ text: " " }), "buttons.0.text", /a title/],
  [
    "two buttons of one id",
    {
      message: "x",
      buttons: [
        { id: "a", text: "A" },
        { id: "a", text: "B" },
      ],
    },
    "buttons",
    /its own id/,
  ],
  ["an id of 257 characters", button({ id: text(257) }), "buttons.0.id", /at most 256 characters/],
  ["a link that is none", button({ url: "javascript:alert(1)" }), "buttons.0.url", /https URL/],
  ["no text above", { buttons: [{ text: "A" }] }, "message", /text above the buttons/],
  ["a footer of 61 characters", { ...button({}), footer: text(61) }, "footer", /at most 60 characters/],
  ["a heading of 61 characters", { ...button({}), title: text(61) }, "title", /at most 60 characters/],
  ["buttons that are no list", { message: "x", buttons: "A" }, "buttons", /array/],
];

const LIST: BadMessage[] = [
  ["eleven rows", section(...rows(11)), "sections", /at most 10 rows/],
  [
    "eleven rows in two sections",
    {
      message: "x",
      sections: [
        { title: "A", rows: rows(6) },
        { title: "B", rows: rows(5, 6) },
      ],
    },
    "sections",
    /at most 10 rows/,
  ],
  [
    "eleven sections",
    { message: "x", sections: rows(11).map((one) => ({ title: one.title, rows: [one] })) },
    "sections",
    /at most 10 sections/,
  ],
  ["no sections", { message: "x", messageType: "list", sections: [] }, "sections", /at least one section/],
  ["a section without rows", section(), "sections.0.rows", /at least one row/],
  [
    "a row title of 25 characters",
    section({ id: "a", title: text(25) }),
    "sections.0.rows.0.title",
    /at most 24 characters/,
  ],
  ["a row without a title", section({ id: "a" }), "sections.0.rows.0.title", /a title/],
  [
    "a description of 73 characters",
    section({ ...row(0), description: text(73) }),
    "sections.0.rows.0.description",
    /at most 72 characters/,
  ],
  ["two rows of one id", section(row(0), row(0)), "sections", /its own id/],
  ["a label of 21 characters", { ...section(row(0)), buttonText: text(21) }, "buttonText", /at most 20 characters/],
  ["no text above", { ...section(row(0)), message: "" }, "message", /text above the list/],
  [
    "two sections without titles",
    { message: "x", sections: [{ rows: rows(1) }, { rows: rows(1, 1) }] },
    "sections.0.title",
    /a title/,
  ],
];

const POLL: BadMessage[] = [
  ["one option", { poll: { question: "?", options: options(1) } }, "poll.options", /at least 2 options/],
  ["thirteen options", { poll: { question: "?", options: options(13) } }, "poll.options", /at most 12 options/],
  ["no options", { poll: { question: "?" } }, "poll.options", /options/],
  ["no poll", { message: "?", messageType: "poll" }, "poll", /options of the poll/],
  ["twice the same option", { poll: { question: "?", options: ["a", "a"] } }, "poll.options", /different options/],
  ["an empty option", { poll: { question: "?", options: ["a", ""] } }, "poll.options.1", /option/],
  [
    "an option of 101 characters",
    { poll: { question: "?", options: ["a", text(101)] } },
    "poll.options.1",
    /at most 100 characters/,
  ],
  ["no question", { poll: { options: options(2) } }, "poll.question", /Write the question/],
  [
    "a question of 256 characters",
    { poll: { question: text(256), options: options(2) } },
    "poll.question",
    /at most 255 characters/,
  ],
  [
    "a text of 256 characters as question",
    { message: text(256), poll: { options: options(2) } },
    "poll.question",
    /at most 255 characters/,
  ],
];

/** By what is wrong with it. */
export const BAD_MESSAGES: Readonly<Record<string, BadMessage[]>> = {
  "the recipient": WHO,
  "the text": TEXT,
  "a position": PLACE,
  "a contact card": CONTACT,
  "the buttons": BUTTONS,
  "a list": LIST,
  "a poll": POLL,
};
