/** What people get wrong in a file that is to be sent; rows as in bad-messages.ts. */
import type { BadMessage } from "./bad-messages.ts";

/** Limit of the deployment, bytes: above the 5 MiB of which a file of unknown length leaves its first part in the bucket. */
export const MEDIA_MAX_BYTES = 5_500_000;

/** Stand in for what is only known once it runs. */
export const SITE = "http://site";
export const CLOSED = "http://closed";
export const OWN = "http://own";

const media = (mediaUrl: string, more: object = {}) => ({ mediaUrl, message: "look", ...more });
const TOO_LARGE = /at most 5,500,000 bytes/;
const ONLY_PUBLIC = /Use a public address/;
const BROKEN_OFF = /broke off before its end/;
const AS_DATA = /data:<type>;base64,<data>/;
const NO_ID = "9f86d081884c7d659a2feaa0c55ad015";

const NAMED: BadMessage[] = [
  ["no file", { messageType: "image" }, "mediaUrl", /Say where the file is/],
  ["an empty address", media("", { messageType: "image" }), "mediaUrl", /Say where the file is/],
  ["an address that is none", media("photo.png"), "mediaUrl", /full URL/],
  ["an address of 2,049 characters", media(`https://example.com/${"x".repeat(2_029)}`), "mediaUrl", /at most 2048/],
  ["another scheme", media("ftp://example.com/a.png"), "mediaUrl", /starts with https/],
  ["a file of the machine", media("file:///etc/passwd"), "mediaUrl", /starts with https/],
  ["plain http", media("http://example.com/a.png"), "mediaUrl", /https/],
  ["a password in the address", media("https://a:b@example.com/a.png"), "mediaUrl", /Leave user name and password out/],
  ["a private address", media("https://10.0.0.1/a.png"), "mediaUrl", ONLY_PUBLIC],
  ["a private address in other digits", media("https://0x0a.1/a.png"), "mediaUrl", ONLY_PUBLIC],
  ["a metadata service", media("https://169.254.169.254/latest"), "mediaUrl", ONLY_PUBLIC],
  ["a name of a private network", media("https://nas.local/a.png"), "mediaUrl", ONLY_PUBLIC],
  ["a port of another service", media("https://example.com:22/a.png"), "mediaUrl", /port 80, 443/],
  ["this deployment's API", media(`${OWN}/api/instances`), "mediaUrl", /only media is read/],
  ["an unknown id", media(NO_ID), "mediaUrl", /no such file/],
  ["an unknown id, as an address", media(`${OWN}/api/instances/bad-input/media/${NO_ID}`), "mediaUrl", /no such file/],
  ["a link of this deployment that is wrong", media(`${OWN}/media/YWJj/ZGVm`), "mediaUrl", /answered 404/],
  [
    "an unknown quoted id",
    media(`${SITE}/photo.png`, { quotedMessageId: "3EB0FF" }),
    "quotedMessageId",
    /of this chat/,
  ],
  [
    "a caption of 1,025 characters",
    media(`${SITE}/photo.png`, { message: "x".repeat(1_025) }),
    "message",
    /at most 1024/,
  ],
  [
    "a file name of 257 characters",
    media(`${SITE}/photo.png`, { fileName: "x".repeat(257) }),
    "fileName",
    /at most 256/,
  ],
  ["a type that is none", media(`${SITE}/photo.png`, { mimeType: "a picture" }), "mimeType", /MIME type such as/],
];

const FETCHED: BadMessage[] = [
  ["a host that does not exist", media("https://no-such-host.example/a.png"), "mediaUrl", /could not be reached/],
  ["a port at which nobody listens", media(`${CLOSED}/a.png`), "mediaUrl", /could not be reached/],
  ["a server that hangs up", media(`${SITE}/hangs-up.png`), "mediaUrl", /could not be reached/],
  ["404", media(`${SITE}/missing.png`), "mediaUrl", /answered 404/],
  ["500", media(`${SITE}/broken.png`), "mediaUrl", /answered 500/],
  [
    "a page instead of the image",
    media(`${SITE}/login.png`, { messageType: "image" }),
    "mediaUrl",
    /As image WhatsApp takes image\/jpeg/,
  ],
  [
    "a page instead of the image, by its type",
    media(`${SITE}/login.png`, { mimeType: "image/png" }),
    "mediaUrl",
    /As image WhatsApp takes/,
  ],
  [
    "an image as a sticker",
    media(`${SITE}/photo.png`, { messageType: "sticker" }),
    "mediaUrl",
    /takes image\/webp; this file is image\/png/,
  ],
  ["an empty file", media(`${SITE}/empty.png`), "mediaUrl", /empty|without a file/],
  ["a redirect to itself", media(`${SITE}/loop.png`), "mediaUrl", /redirects more than 3 times/],
  ["a redirect to no address", media(`${SITE}/nowhere.png`), "mediaUrl", /redirects to something that is no URL/],
  ["a body that ends early", media(`${SITE}/cut-early.png`), "mediaUrl", BROKEN_OFF],
  ["a body that ends late", media(`${SITE}/cut-late.png`), "mediaUrl", BROKEN_OFF],
  ["a body of unknown length that breaks off", media(`${SITE}/cut-chunk.png`), "mediaUrl", BROKEN_OFF],
  ["a file that says it is too large", media(`${SITE}/large.bin`), "mediaUrl", TOO_LARGE, 413, "too_large"],
  ["a file that turns out too large", media(`${SITE}/large-untold.bin`), "mediaUrl", TOO_LARGE, 413, "too_large"],
  ["a file without an end", media(`${SITE}/endless.bin`), "mediaUrl", TOO_LARGE, 413, "too_large"],
  [
    "a sticker of more than a MiB",
    media(`${SITE}/large.webp`, { messageType: "sticker" }),
    "mediaUrl",
    /at most 1,048,576 bytes/,
    413,
    "too_large",
  ],
  [
    "a file to nobody",
    media(`${SITE}/photo.png`, { to: "5599000000000" }),
    null,
    /not on WhatsApp; nothing was sent/,
    404,
    "not_on_whatsapp",
  ],
];

const INLINE: BadMessage[] = [
  ["data that is not base64", media("data:image/png,plain"), "mediaUrl", AS_DATA],
  ["broken base64", media("data:image/png;base64,%%%"), "mediaUrl", AS_DATA],
  ["broken base64, longer than an address", media(`DATA:image/png;base64,${"%".repeat(3_000)}`), "mediaUrl", AS_DATA],
  ["no data", media("data:image/png;base64,"), "mediaUrl", /empty/],
  [
    "data of another type",
    media(`data:image/png;base64,${btoa("<html>")}`, { messageType: "image" }),
    "mediaUrl",
    /As image WhatsApp takes/,
  ],
  [
    "data of more than a MiB",
    media(`data:image/png;base64,${"A".repeat(1_048_576)}`),
    null,
    /at most 1,048,576 bytes/,
    413,
    "too_large",
  ],
];

/** By what is wrong with it. */
export const BAD_FILES: Readonly<Record<string, BadMessage[]>> = {
  "how a file is named": NAMED,
  "what an address gives": FETCHED,
  "a file inside the body": INLINE,
};
