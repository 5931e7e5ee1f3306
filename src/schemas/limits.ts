/** Every limit on what a caller may send, with its reason. Over a limit: 400, or 413 for a whole body. */
export const LIMITS = {
  /** Bytes of a JSON body: room for the longest text in any alphabet and its escapes, small enough to buffer. */
  jsonBodyBytes: 1_048_576,
  /** Bytes of a JSON upload, which is buffered: larger files are sent as a form or as the raw body, which stream. */
  uploadBodyBytes: 34 * 1_048_576,
  /**
   * Bytes of a session that is imported: some 2,000 contacts. Reading it takes 7 to 9 times as much memory, and 32 MiB for
   * the passphrase, of the 128 MB that a Worker has (docs/performance.md).
   */
  sessionBodyBytes: 6 * 1_048_576,
  /** Characters of the keys in an export: in base64 and inside its envelope it is no larger than an import may be. */
  exportedKeyCharacters: 4.4 * 1_048_576,
  /** Characters of the passphrase of an exported session: short ones are guessed, and it travels in a header. */
  passphraseCharacters: { min: 12, max: 256 },
  /** Levels of `{` and `[`: the deepest real body has five; a parser's stack must not be the limit. */
  jsonDepth: 20,
  /** Characters of a message: WhatsApp's own limit. */
  textCharacters: 65_536,
  /** Characters below a picture, video or document: WhatsApp's own limit. */
  captionCharacters: 1_024,
  /** Buttons of a message, and characters on one: WhatsApp cuts off what is longer. */
  buttons: 3,
  buttonCharacters: 20,
  /** Sections of a list, rows of all sections together, and their characters: WhatsApp's business rules. */
  listSections: 10,
  listRows: 10,
  rowTitleCharacters: 24,
  rowDescriptionCharacters: 72,
  /** Characters below and above buttons and lists: WhatsApp's business rules. */
  footerCharacters: 60,
  headingCharacters: 60,
  /** Characters of an id that comes back with an answer: WhatsApp's business rules. */
  choiceIdCharacters: 256,
  /** A poll: what WhatsApp's apps let people enter. */
  pollQuestionCharacters: 255,
  pollOptions: 12,
  pollOptionCharacters: 100,
  /** Characters of a place's name or address: fits below a map. */
  placeCharacters: 256,
  /** Characters of a document's name and of a MIME type: file systems and registries know no longer ones. */
  fileNameCharacters: 256,
  mimeTypeCharacters: 256,
  /** People mentioned in one message: a large group. */
  mentions: 1_024,
  /** Characters of a WhatsApp message id: clients use up to 32. */
  messageIdCharacters: 128,
  /** Characters of a reaction: the longest emoji sequences have fewer. */
  emojiCharacters: 32,
  /** Characters of an instance's display name, and of a contact's: fits every list and log line. */
  nameCharacters: 100,
  /** Characters of a URL: what servers and proxies commonly accept. */
  urlCharacters: 2_048,
  /** Rows of one page of messages or logs: the contract's maximum. */
  pageRows: 200,
  /** Instances of one page of the list. */
  pageInstances: 1_000,
  /** Characters of a text searched for: longer ones find nothing that a shorter one does not. */
  searchCharacters: 100,
  /** Characters of a page cursor: ours are far shorter. */
  cursorCharacters: 256,
  /** Characters of a WhatsApp display name: the app's own limit. */
  profileNameCharacters: 25,
  /** Characters of the About text: the app's own limit. */
  aboutCharacters: 139,
  /** Characters of a picture as a data URL: 512 KiB as base64, and its head. */
  pictureUrlCharacters: 700_000,
  /** Instances one key may be narrowed to: more are better served by a key of their organisation. */
  keyInstances: 100,
  /** Fixed headers of a webhook: enough for a key and some routing. */
  webhookHeaders: 20,
  /** Characters of one such header's name and value: what servers commonly accept. */
  webhookHeaderName: 64,
  webhookHeaderValue: 1_024,
  /** Characters of an `X-Request-Id` that we take over. */
  requestIdCharacters: 128,
} as const;
